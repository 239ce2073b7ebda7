#include "layer_measurer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kLabelStream = 0x6c6162656c73;  // apart from every other use of the seed
constexpr const char* kShuffledLabels = "shuffled labels";

/// The labels of every column that has two classes or more, and of the first in random order where that is a
/// control.
void set_labels(const PreparedData& images, bool shuffled, std::uint64_t seed, PreparedData& rows) {
  std::vector<std::vector<std::int32_t>> columns;
  for (std::size_t c = 0; c < images.label_columns.size(); ++c) {
    if (images.label_columns[c].classes.size() < 2) continue;
    rows.label_columns.push_back(images.label_columns[c]);
    std::vector<std::int32_t>& column = columns.emplace_back();
    for (const Record& record : images.records) column.push_back(record.labels[c]);
  }
  if (shuffled && !columns.empty()) {
    rows.label_columns.push_back({kShuffledLabels, rows.label_columns.front().classes});
    columns.push_back(columns.front());
    Generator generator = make_generator(seed, kLabelStream);
    shuffle(std::span(columns.back()), generator);
  }
  for (std::size_t i = 0; i < rows.records.size(); ++i) {
    rows.records[i].labels.clear();
    for (const std::vector<std::int32_t>& column : columns) rows.records[i].labels.push_back(column[i]);
  }
}

void own_labels_first(Measurement& measurement) {
  std::stable_partition(measurement.tasks.begin(), measurement.tasks.end(),
                        [](const TaskMeasurement& task) { return task.label_column != kShuffledLabels; });
}

}  // namespace

LayerMeasurer::LayerMeasurer(const PreparedData& images, const MeasureOptions& options, bool shuffled_labels,
                             Progress& progress)
    : options_(options), progress_(progress) {
  data_.records = images.records;
  set_labels(images, shuffled_labels, options.seed, data_);
  data_.protocol = named_protocol("native");
}

LayerRecord LayerMeasurer::measure_rows(const LayerDescription& layer, Matrix<float>& rows) {
  LayerRecord record{layer, std::nullopt, ""};
  if (!std::ranges::all_of(rows.values(), [](float value) { return std::isfinite(value); })) {
    record.problem = "has values that are not finite";
    return record;
  }
  data_.ambient_dimension = rows.cols();
  data_.matrix.stored = std::move(rows);
  try {
    record.measurement = measure(data_, layer.name, options_, progress_);
    own_labels_first(*record.measurement);
  } catch (const InputError& error) {
    record.problem = error.reason();
  }
  rows = std::move(std::get<Matrix<float>>(data_.matrix.stored));
  return record;
}

}  // namespace fathom
