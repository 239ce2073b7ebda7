#include <utility>

#include "fathom/core/version.h"
#include "fathom/report/represent_report.h"
#include "report/find_estimate.h"
#include "report/json_parts.h"
#include "report/network_json.h"

namespace fathom {

namespace {

Json sharpness_of(const Measurement& measurement) {
  Json columns = Json::array();
  for (const TaskMeasurement& task : measurement.tasks) {
    columns.push_back({{"label_column", task.label_column},
                       {"label_sharpness", json_of(task.label_sharpness)},
                       {"conflicting_pairs", task.conflicting_pairs}});
  }
  return columns;
}

Json layer_json(const LayerRecord& record) {
  const LayerDescription& layer = record.layer;
  Json json{{"layer", layer.name},
            {"shape", layer.shape},
            {"width", layer.width},
            {"depth", layer.depth ? Json(*layer.depth) : Json()},
            {"relative_depth", layer.relative_depth}};
  Json dimensions = Json::array();
  if (record.measurement) {
    for (const DimensionEstimate& estimate : record.measurement->dimension)
      dimensions.push_back(json_of(estimate));
  }
  json["distinct"] = record.measurement ? Json(record.measurement->distinct) : Json();
  json["dimension"] = std::move(dimensions);
  json["tasks"] = record.measurement ? sharpness_of(*record.measurement) : Json::array();
  json["problem"] = record.problem.empty() ? Json() : Json(record.problem);
  return json;
}

Json peak(const RepresentationRecord& representation, const std::string& estimator) {
  const LayerRecord* const layer = peak_layer(representation, estimator);
  if (layer == nullptr) return {};
  const char* const variant = estimator == "mle" ? "pooled" : "ml";
  return {{"layer", layer->layer.name},
          {"relative_depth", layer->layer.relative_depth},
          {"value", find_estimate(*layer->measurement, estimator, variant)->value}};
}

Json representation_json(const RepresentationRecord& representation) {
  Json layers = Json::array();
  for (const LayerRecord& layer : representation.layers) layers.push_back(layer_json(layer));
  return {{"control", representation.control},
          {"layers", std::move(layers)},
          {"peak", {{"mle", peak(representation, "mle")}, {"twonn", peak(representation, "twonn")}}}};
}

}  // namespace

std::string represent_json(const RepresentRecord& record, std::span<const std::string> command) {
  Json representations = Json::array();
  for (const RepresentationRecord& representation : record.representations)
    representations.push_back(representation_json(representation));
  const Json json{{"schema", "fathom.represent/1"},
                  {"version", version()},
                  {"command", std::vector<std::string>(command.begin(), command.end())},
                  {"dataset", json_of(record.images)},
                  {"network", json_of(record.network)},
                  {"pool", record.pooling == Pooling::average ? "avg" : "none"},
                  {"k", record.k},
                  {"seed", record.seed},
                  {"threads", record.threads},
                  {"simd", record.simd},
                  {"batch_size", record.batch_size},
                  {"passes", record.passes},
                  {"representations", std::move(representations)},
                  {"exported", record.exported ? Json(*record.exported) : Json()},
                  {"seconds", {{"read", record.seconds_read}, {"total", record.seconds_total}}},
                  {"peak_memory_bytes", record.peak_memory_bytes},
                  {"notes", record.images.notes},
                  {"warnings", Json::array({kEstimatesOnly})}};
  return text_of(json);
}

}  // namespace fathom
