#include <fmt/format.h>

#include "fathom/report/measure_report.h"
#include "report/csv_parts.h"
#include "report/find_estimate.h"

namespace fathom {

namespace {

std::string line(const MeasureRecord& record, const TaskMeasurement* task) {
  const Measurement& measurement = record.measurement;
  std::string text = fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},", quoted(record.name), quoted(record.path), measurement.images,
      measurement.distinct, measurement.duplicates.images, record.ambient_dimension,
      quoted(record.protocol.name()), record.k, estimate_fields(find_estimate(measurement, "mle", "pooled")),
      estimate_fields(find_estimate(measurement, "mle", "as_published")),
      estimate_fields(find_estimate(measurement, "twonn", "ml")));
  const std::string anchors = measurement.anchors ? fmt::format("{}", *measurement.anchors) : "";
  if (task == nullptr) return text + fmt::format(",,,,,,,{}\r\n", anchors);
  const LabelSharpness& sharpness = task->label_sharpness;
  const SampledSharpness& sampled = sharpness.sampled;
  return text + fmt::format("{},{},{},{},{},{},{}\r\n", quoted(task->label_column), task->classes.size(),
                            sharpness.value, sharpness.smallest_distance.value,
                            sampled.draws == 0 ? "," : fmt::format("{},{}", sampled.mean, sampled.sd),
                            task->conflicting_pairs, anchors);
}

}  // namespace

std::string measure_csv(std::span<const MeasureRecord> records) {
  std::string text =
      "name,path,images,distinct,duplicates,ambient_dimension,protocol,k,"
      "mle,mle_std_error,mle_low,mle_high,"
      "mle_as_published,mle_as_published_std_error,mle_as_published_low,mle_as_published_high,"
      "twonn,twonn_std_error,twonn_low,twonn_high,"
      "label_column,classes,label_sharpness,smallest_distance,label_sharpness_sampled_mean,"
      "label_sharpness_sampled_sd,conflicting_pairs,anchors\r\n";
  for (const MeasureRecord& record : records) {
    if (record.measurement.tasks.empty()) text += line(record, nullptr);
    for (const TaskMeasurement& task : record.measurement.tasks) text += line(record, &task);
  }
  return text;
}

}  // namespace fathom
