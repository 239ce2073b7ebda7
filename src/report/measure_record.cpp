#include "fathom/report/measure_record.h"

#include <algorithm>
#include <string>
#include <utility>

#include "fathom/report/warnings.h"

namespace fathom {

namespace {

std::string split_of(const std::vector<Record>& records) {
  const Split first = records.front().split;
  const bool one = std::ranges::all_of(records, [&](const Record& record) { return record.split == first; });
  return one && first != Split::none ? std::string(split_name(first)) : "all";
}

}  // namespace

MeasureRecord make_measure_record(const DataSet& data, const PreparedData& prepared,
                                  const MeasureOptions& options, Measurement measurement) {
  MeasureRecord record;
  record.name = data.name;
  record.path = data.path;
  record.format = data.format;
  record.split = split_of(prepared.records);
  record.protocol = prepared.protocol;
  record.size = prepared.size;
  record.channels = prepared.channels;
  record.range = prepared.range;
  record.ambient_dimension = prepared.ambient_dimension;
  record.vectors = !prepared.size.has_value();
  record.content_hash = "xxh3:" + prepared.content_hash.text();
  record.seed = options.seed;
  record.threads = options.threads;
  record.simd = simd_name(options.simd);
  record.k = options.k;
  record.rejected = prepared.rejected;
  for (const std::uint32_t row : prepared.black) record.black.push_back(prepared.records[row].path);
  record.low_contrast = static_cast<std::size_t>(std::ranges::count_if(
      prepared.contrast, [](float contrast) { return contrast < thresholds::low_contrast; }));
  record.alpha_dropped = prepared.alpha_dropped;
  record.images_read = prepared.images_read;
  record.notes = data.notes;
  if (measurement.anchors) {
    record.notes.push_back("measured at " + std::to_string(*measurement.anchors) + " of " +
                           std::to_string(measurement.distinct) +
                           " distinct images, drawn with the seed, each against all (--anchors)");
  }
  if (options.local) {
    for (const Record& image : prepared.records) record.images.push_back(image.path);
  }
  record.measurement = std::move(measurement);
  return record;
}

}  // namespace fathom
