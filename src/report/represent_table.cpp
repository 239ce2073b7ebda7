#include <fmt/format.h>

#include <algorithm>

#include "fathom/report/printable.h"
#include "fathom/report/represent_report.h"
#include "report/find_estimate.h"
#include "report/table_parts.h"

namespace fathom {

namespace {

Cells row(const LayerRecord& record, bool sharpness) {
  const LayerDescription& layer = record.layer;
  Cells cells{printable(layer.name), layer.depth ? std::to_string(*layer.depth) : "-",
              fmt::format("{:.2f}", layer.relative_depth), std::to_string(layer.width)};
  const Measurement* const measurement = record.measurement ? &*record.measurement : nullptr;
  for (const auto& [estimator, variant] : {std::pair{"mle", "pooled"}, std::pair{"twonn", "ml"}}) {
    cells.push_back(measurement == nullptr ? "-"
                                           : with_interval(find_estimate(*measurement, estimator, variant)));
  }
  if (sharpness) {
    const bool there = measurement != nullptr && !measurement->tasks.empty();
    cells.push_back(there ? fmt::format("{:.4g}", measurement->tasks.front().label_sharpness.value) : "-");
  }
  return cells;
}

bool has_sharpness(const RepresentationRecord& representation) {
  return std::ranges::any_of(representation.layers, [](const LayerRecord& layer) {
    return layer.measurement && !layer.measurement->tasks.empty();
  });
}

/// "shuffled labels", a column of its own, has its number on a line of its own.
std::string other_columns(const LayerRecord& record) {
  std::string text;
  if (!record.measurement) return text;
  const std::vector<TaskMeasurement>& tasks = record.measurement->tasks;
  for (std::size_t t = 1; t < tasks.size(); ++t) {
    text += fmt::format("{}: label sharpness of {} {:.4g}\n", printable(record.layer.name),
                        printable(tasks[t].label_column), tasks[t].label_sharpness.value);
  }
  return text;
}

std::string peak_text(const RepresentationRecord& representation, const std::string& estimator,
                      const char* variant, const char* shown) {
  const LayerRecord* const peak = peak_layer(representation, estimator);
  if (peak == nullptr) return "";
  return fmt::format("peak of {}: {}, {:.2f} at relative depth {:.2f}\n", shown, printable(peak->layer.name),
                     find_estimate(*peak->measurement, estimator, variant)->value,
                     peak->layer.relative_depth);
}

std::string title(const std::string& control) {
  if (control == "none") return "";
  if (control == "untrained") return "control: the network untrained\n";
  if (control == "shuffled-pixels") return "control: pixels shuffled\n";
  return "control: a Gaussian of matched spectrum for every layer\n";
}

std::string representation_text(const RepresentRecord& record, const RepresentationRecord& representation) {
  const bool sharpness = has_sharpness(representation);
  std::vector<Cells> rows{
      {"layer", "depth", "relative", "width", fmt::format("dimension (MLE, k = {})", record.k), "TwoNN"}};
  if (sharpness) rows.front().push_back("label sharpness");
  for (const LayerRecord& layer : representation.layers) rows.push_back(row(layer, sharpness));
  std::string text = title(representation.control) + aligned(rows) + "\n";
  for (const LayerRecord& layer : representation.layers) {
    text += other_columns(layer);
    if (!layer.problem.empty())
      text += fmt::format("{}: {}\n", printable(layer.layer.name), printable(layer.problem));
  }
  text += peak_text(representation, "mle", "pooled", "MLE");
  return text + peak_text(representation, "twonn", "ml", "TwoNN") + "\n";
}

}  // namespace

std::string represent_table(const RepresentRecord& record) {
  const ShownImages& images = record.images;
  std::string text;
  for (const RepresentationRecord& representation : record.representations)
    text += representation_text(record, representation);
  text += fmt::format("{}: {} images; {}, protocol {}\n", printable(images.name), images.images,
                      network_text(record.network),
                      protocol_text(images.protocol, images.size, images.channels, images.range));
  text +=
      fmt::format("{:.1f} s (reading {:.1f}; {} {} over the images, {}, {}, {} threads)\n",
                  record.seconds_total, record.seconds_read, record.passes,
                  record.passes == 1 ? "pass" : "passes", record.network.device, record.simd, record.threads);
  if (record.exported) text += "activations written to " + printable(*record.exported) + "\n";
  for (const std::string& note : images.notes) text += "note: " + printable(note) + "\n";
  return text + "note: " + kEstimatesOnly + "\n";
}

}  // namespace fathom
