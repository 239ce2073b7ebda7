#include <algorithm>
#include <nlohmann/json.hpp>

#include "fathom/core/version.h"
#include "fathom/report/measure_report.h"
#include "fathom/report/warnings.h"

namespace fathom {

namespace {

using Json = nlohmann::ordered_json;

Json interval(const Interval& interval) {
  return Json::array({interval.low, interval.high});
}

Json dimension(const DimensionEstimate& estimate) {
  Json json{{"estimator", estimate.estimator}, {"variant", estimate.variant}};
  if (estimate.k) json["k"] = *estimate.k;
  if (estimate.n1) json["n1"] = *estimate.n1;
  if (estimate.n2) json["n2"] = *estimate.n2;
  json["value"] = estimate.value;
  json["std_error"] = estimate.uncertainty ? Json(estimate.uncertainty->std_error) : Json();
  json["interval"] = estimate.uncertainty ? interval(estimate.uncertainty->interval) : Json();
  json["interval_method"] = estimate.interval_method;
  json["analytic_std_error"] = estimate.analytic ? Json(estimate.analytic->std_error) : Json();
  json["analytic_interval"] = estimate.analytic ? interval(estimate.analytic->interval) : Json();
  json["n"] = estimate.n;
  return json;
}

Json sampled(const SampledSharpness& sampled) {
  const auto known = [&](double value) { return sampled.draws > 0 ? Json(value) : Json(); };
  return {{"m", sampled.m},
          {"draws", sampled.draws},
          {"mean", known(sampled.mean)},
          {"sd", known(sampled.sd)},
          {"quantiles",
           {{"0.05", known(sampled.quantiles[0])},
            {"0.5", known(sampled.quantiles[1])},
            {"0.95", known(sampled.quantiles[2])}}}};
}

Json sharpness(const LabelSharpness& sharpness) {
  Json pairs = Json::array();
  for (const SharpnessPair& pair : sharpness.pairs) {
    pairs.push_back({{"a", pair.a},
                     {"b", pair.b},
                     {"label_a", pair.label_a},
                     {"label_b", pair.label_b},
                     {"distance", pair.distance.value}});
  }
  Json json{{"value", sharpness.value},
            {"smallest_distance", sharpness.smallest_distance.value},
            {"pairs", std::move(pairs)},
            {"pair_count", sharpness.pair_count},
            {"per_pixel", sharpness.per_pixel},
            {"per_rms", sharpness.per_rms},
            {"quantile_pairs", sharpness.quantile_pairs},
            {"quantiles",
             {{"0.5", sharpness.quantiles[0]},
              {"0.9", sharpness.quantiles[1]},
              {"0.99", sharpness.quantiles[2]},
              {"0.999", sharpness.quantiles[3]},
              {"1", sharpness.value}}},
            {"sampled", sampled(sharpness.sampled)}};
  if (sharpness.as_published) {
    json["as_published"] = {{"m", sharpness.as_published->m},
                            {"pairs", sharpness.as_published->pairs},
                            {"value", sharpness.as_published->value}};
  }
  return json;
}

Json classes(const TaskMeasurement& task) {
  Json json = Json::object();
  for (const auto& [name, count] : task.classes) json[name] = count;
  return json;
}

Json conflicts(const TaskMeasurement& task) {
  Json json = Json::array();
  for (const auto& [a, b] : task.conflicts) json.push_back(Json::array({a, b}));
  return json;
}

Json duplicates(const Measurement& measurement) {
  const DuplicateReport& report = measurement.duplicates;
  Json members = Json::array();
  for (const DuplicateGroup& group : report.groups) {
    members.push_back({{"paths", group.paths}, {"across_splits", group.across_splits}});
  }
  return {{"groups", report.groups.size()},
          {"images", report.images},
          {"across_splits", report.across_splits},
          {"members", std::move(members)},
          {"conflicts", measurement.tasks.empty() ? Json::array() : conflicts(measurement.tasks.front())}};
}

Json protocol(const MeasureRecord& record) {
  return {{"name", record.protocol.name()},
          {"size", record.size ? Json::array({record.size->height, record.size->width}) : Json()},
          {"channels", record.channels},
          {"range", record.range ? Json::array({record.range->low, record.range->high}) : Json()}};
}

Json workdir(const MeasureRecord& record) {
  if (!record.workdir) return {};
  return {{"path", *record.workdir}, {"images_read", record.images_read}};
}

Json data_set(const MeasureRecord& record) {
  const Measurement& measurement = record.measurement;
  Json rejected = Json::array();
  for (const RejectedImage& image : record.rejected)
    rejected.push_back({{"path", image.path}, {"reason", image.reason}});
  Json dimensions = Json::array();
  for (const DimensionEstimate& estimate : measurement.dimension) dimensions.push_back(dimension(estimate));
  Json by_k = Json::array();
  for (const DimensionByK& point : measurement.by_k) by_k.push_back({{"k", point.k}, {"value", point.value}});
  Json by_images = Json::array();
  for (const DimensionByImages& point : measurement.by_images) {
    by_images.push_back({{"images", point.images}, {"mle", point.mle}, {"twonn", point.twonn}});
  }
  Json tasks = Json::array();
  for (const TaskMeasurement& task : measurement.tasks) {
    tasks.push_back({{"label_column", task.label_column},
                     {"classes", classes(task)},
                     {"label_sharpness", sharpness(task.label_sharpness)},
                     {"conflicting_pairs", task.conflicting_pairs},
                     {"conflicts", conflicts(task)}});
  }
  const bool labelled = !measurement.tasks.empty();
  return {{"name", record.name},
          {"path", record.path},
          {"format", record.format},
          {"images", measurement.images},
          {"distinct", measurement.distinct},
          {"ambient_dimension", record.ambient_dimension},
          {"classes", labelled ? classes(measurement.tasks.front()) : Json::object()},
          {"protocol", protocol(record)},
          {"seed", record.seed},
          {"threads", record.threads},
          {"split", record.split},
          {"content_hash", record.content_hash},
          {"rejected", std::move(rejected)},
          {"black_images", record.black},
          {"alpha_dropped", record.alpha_dropped},
          {"duplicates", duplicates(measurement)},
          {"dimension", std::move(dimensions)},
          {"dimension_by_k", std::move(by_k)},
          {"dimension_by_images", std::move(by_images)},
          {"label_sharpness", labelled ? sharpness(measurement.tasks.front().label_sharpness) : Json()},
          {"tasks", std::move(tasks)},
          {"search",
           {{"mode", measurement.search_mode},
            {"components", measurement.compared_components},
            {"simd", record.simd},
            {"neighbors", measurement.neighbors},
            {"anchors", measurement.anchors ? Json(*measurement.anchors) : Json()}}},
          {"workdir", workdir(record)},
          {"seconds",
           {{"read", record.seconds_read},
            {"neighbors", record.seconds_neighbors},
            {"total", record.seconds_total}}},
          {"peak_memory_bytes", record.peak_memory_bytes},
          {"notes", record.notes},
          {"warnings", warnings(record)}};
}

}  // namespace

std::string measure_json(std::span<const MeasureRecord> records, std::span<const std::string> command) {
  Json data_sets = Json::array();
  for (const MeasureRecord& record : records) data_sets.push_back(data_set(record));
  const Json json{{"schema", "fathom.measure/1"},
                  {"version", version()},
                  {"command", std::vector<std::string>(command.begin(), command.end())},
                  {"datasets", std::move(data_sets)}};
  // File names are bytes; those that are not UTF-8 are shown with replacement characters, never a failure.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fathom
