#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "fathom/report/measure_report.h"
#include "report/csv_parts.h"

namespace fathom {

namespace {

/// Row-major values of the rows of a neighbour table.
struct Column {
  std::string name;
  const std::vector<double>* values;
  std::size_t step, first;
};

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, {}, std::bit_cast<std::uint64_t, double>,
                            std::bit_cast<std::uint64_t, double>);
}

void add_columns(const PointValues& known, const std::string& estimator, std::vector<Column>& columns) {
  for (std::size_t c = 0; c < known.columns; ++c) {
    const std::string number = known.columns == 1 ? "" : fmt::format("_{}", c + 1);
    columns.push_back({estimator + "_" + known.name + number, &known.values, known.columns, c});
  }
}

/// Variants of one method that share their values have one column.
std::vector<Column> columns_of(const Measurement& measurement) {
  std::vector<Column> columns;
  const DimensionEstimate* last = nullptr;
  for (const DimensionEstimate& estimate : measurement.dimension) {
    const bool first = last == nullptr || last->estimator != estimate.estimator;
    if (!estimate.local.empty() && (first || !same(last->local, estimate.local))) {
      columns.push_back(
          {first ? estimate.estimator : estimate.estimator + "_" + estimate.variant, &estimate.local, 1, 0});
    }
    for (const PointValues& known : estimate.point_values) add_columns(known, estimate.estimator, columns);
    last = &estimate;
  }
  return columns;
}

/// Of all records: a method may have had no value on some.
std::vector<std::string> names_of(std::span<const MeasureRecord> records) {
  std::vector<std::string> names;
  for (const MeasureRecord& record : records) {
    for (const Column& column : columns_of(record.measurement)) {
      if (std::ranges::count(names, column.name) == 0) names.push_back(column.name);
    }
  }
  return names;
}

std::string lines_of(const MeasureRecord& record, const std::vector<std::string>& names) {
  const std::vector<Column> columns = columns_of(record.measurement);
  std::vector<const Column*> places;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(columns, name, &Column::name);
    places.push_back(found == columns.end() ? nullptr : &*found);
  }
  std::string text;
  for (std::size_t image = 0; image < record.images.size(); ++image) {
    text += quoted(record.name) + "," + quoted(record.images[image]);
    const auto row = record.measurement.local_row[image];
    for (const Column* column : places) {
      text += ",";
      if (column == nullptr || !row) continue;
      const double value = (*column->values)[*row * column->step + column->first];
      if (std::isfinite(value)) text += fmt::format("{}", value);
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace

std::string local_csv(std::span<const MeasureRecord> records) {
  const std::vector<std::string> names = names_of(records);
  std::string text = "name,path";
  for (const std::string& name : names) text += "," + name;
  text += "\r\n";
  for (const MeasureRecord& record : records) text += lines_of(record, names);
  return text;
}

}  // namespace fathom
