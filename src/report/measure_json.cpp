#include <algorithm>

#include "fathom/core/version.h"
#include "fathom/report/measure_report.h"
#include "fathom/report/warnings.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

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
  for (const DimensionEstimate& estimate : measurement.dimension) dimensions.push_back(json_of(estimate));
  Json skipped = Json::array();
  for (const auto& [estimator, reason] : measurement.skipped) {
    skipped.push_back({{"estimator", estimator}, {"reason", reason}});
  }
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
                     {"label_sharpness", json_of(task.label_sharpness)},
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
          {"protocol", json_of(record.protocol, record.size, record.channels, record.range)},
          {"seed", record.seed},
          {"threads", record.threads},
          {"split", record.split},
          {"content_hash", record.content_hash},
          {"rejected", std::move(rejected)},
          {"black_images", record.black},
          {"alpha_dropped", record.alpha_dropped},
          {"duplicates", duplicates(measurement)},
          {"dimension", std::move(dimensions)},
          {"skipped", std::move(skipped)},
          {"dimension_by_k", std::move(by_k)},
          {"dimension_by_images", std::move(by_images)},
          {"label_sharpness", labelled ? json_of(measurement.tasks.front().label_sharpness) : Json()},
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
  return text_of(json);
}

}  // namespace fathom
