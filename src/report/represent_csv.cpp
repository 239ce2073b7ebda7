#include <fmt/format.h>

#include "fathom/report/represent_report.h"
#include "report/csv_parts.h"
#include "report/find_estimate.h"

namespace fathom {

namespace {

std::string line(const std::string& control, const LayerRecord& record) {
  const LayerDescription& layer = record.layer;
  std::string text = fmt::format("{},{},{},{},{},", control, quoted(layer.name), layer.width,
                                 layer.depth ? std::to_string(*layer.depth) : "", layer.relative_depth);
  if (!record.measurement) return text + fmt::format(",,,,,,,,,,{}\r\n", quoted(record.problem));
  const Measurement& measurement = *record.measurement;
  const std::string sharpness =
      measurement.tasks.empty() ? "" : fmt::format("{}", measurement.tasks.front().label_sharpness.value);
  return text + fmt::format("{},{},{},{},\r\n", measurement.distinct,
                            estimate_fields(find_estimate(measurement, "mle", "pooled")),
                            estimate_fields(find_estimate(measurement, "twonn", "ml")), sharpness);
}

}  // namespace

std::string represent_csv(const RepresentRecord& record) {
  std::string text =
      "control,layer,width,depth,relative_depth,distinct,mle_estimate,mle_std_error,mle_low,mle_high,"
      "twonn_estimate,twonn_std_error,twonn_low,twonn_high,label_sharpness,problem\r\n";
  for (const RepresentationRecord& representation : record.representations) {
    for (const LayerRecord& layer : representation.layers) text += line(representation.control, layer);
  }
  return text;
}

}  // namespace fathom
