// A record with nothing to warn of: 1000 images, d = 10, both estimators agreeing, one label column.
#pragma once

#include <string>

#include "fathom/report/measure_record.h"

namespace fathom {

inline DimensionEstimate made_estimate(const std::string& estimator, const std::string& variant, double value,
                                       double std_error) {
  DimensionEstimate estimate;
  estimate.estimator = estimator;
  estimate.variant = variant;
  estimate.value = value;
  estimate.uncertainty = Uncertainty{std_error, {value - 2 * std_error, value + 2 * std_error}};
  estimate.interval_method = "split_halves";
  estimate.n = 1000;
  return estimate;
}

inline TaskMeasurement made_task(const std::string& column, double sharpness) {
  TaskMeasurement task;
  task.label_column = column;
  task.classes = {{"healthy", 600}, {"ill", 400}};
  task.label_sharpness.value = sharpness;
  task.label_sharpness.smallest_distance = Distance{1.0 / sharpness};
  task.label_sharpness.pairs = {{"a/1.png", "b/2.png", "healthy", "ill", Distance{1.0 / sharpness}}};
  task.label_sharpness.pair_count = 240'000;
  task.label_sharpness.sampled = {800, 25, 0.9 * sharpness, 0.1 * sharpness, {}};
  return task;
}

inline MeasureRecord made_record() {
  MeasureRecord record;
  record.name = "scans";
  record.path = "/data/scans";
  record.format = "folder";
  record.split = "all";
  record.protocol = named_protocol("iclr2024");
  record.size = ImageSize{224, 224};
  record.range = PixelRange{0, 255};
  record.ambient_dimension = 50176;
  record.simd = "scalar";
  record.measurement.images = record.measurement.distinct = 1000;
  record.measurement.dimension = {made_estimate("mle", "pooled", 10.0, 0.1),
                                  made_estimate("twonn", "ml", 10.2, 0.3)};
  record.measurement.by_images = {{500, 9.9, 10.1}, {1000, 10.0, 10.2}};
  record.measurement.tasks = {made_task("label", 0.25)};
  return record;
}

}  // namespace fathom
