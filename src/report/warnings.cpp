#include "fathom/report/warnings.h"

#include <fmt/format.h>

#include <cmath>

#include "fathom/estimate/calibration.h"
#include "report/find_estimate.h"

namespace fathom {

namespace {

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void warn_of_images(const MeasureRecord& record, std::vector<std::string>& out) {
  if (!record.rejected.empty()) {
    out.push_back(fmt::format("{} could not be used and {} left out; the JSON lists {} with the reason",
                              counted(record.rejected.size(), "image", "images"),
                              record.rejected.size() == 1 ? "was" : "were",
                              record.rejected.size() == 1 ? "it" : "them"));
  }
  if (!record.black.empty()) {
    out.push_back(fmt::format("{} black (every pixel 0), the first: {}; check the export",
                              counted(record.black.size(), "image is", "images are"), record.black.front()));
  }
  if (!record.vectors && record.low_contrast > record.black.size()) {
    out.push_back(fmt::format("{} nearly constant (contrast below {:g} % of full scale); check the export",
                              counted(record.low_contrast - record.black.size(), "image is", "images are"),
                              100.0 * thresholds::low_contrast));
  }
  if (record.alpha_dropped > 0) {
    out.push_back(
        fmt::format("the alpha channel of {} was dropped; flatten them if transparency carries content",
                    counted(record.alpha_dropped, "image", "images")));
  }
}

void warn_of_copies(const MeasureRecord& record, std::vector<std::string>& out) {
  const DuplicateReport& duplicates = record.measurement.duplicates;
  if (duplicates.images > 0) {
    out.push_back(fmt::format("{} of another image; the dimension is that of the {} distinct ones",
                              counted(duplicates.images, "image is an exact copy", "images are exact copies"),
                              record.measurement.distinct));
  }
  if (duplicates.across_splits > 0) {
    out.push_back(fmt::format("{} in more than one split: test results will be too good; remove the copies",
                              counted(duplicates.across_splits, "image is", "images are")));
  }
  for (const TaskMeasurement& task : record.measurement.tasks) {
    if (task.conflicting_pairs == 0) continue;
    out.push_back(fmt::format(
        "{} identical but for the label \"{}\" (label conflicts), the first: {} and {}; correct the labels",
        counted(task.conflicting_pairs, "pair of images is", "pairs of images are"), task.label_column,
        task.conflicts.front().first, task.conflicts.front().second));
  }
}

void warn_of_dimension(const MeasureRecord& record, std::vector<std::string>& out) {
  const Measurement& measurement = record.measurement;
  if (static_cast<double>(record.k) >
      thresholds::largest_neighbourhood * static_cast<double>(measurement.distinct)) {
    out.push_back(
        fmt::format("{} distinct images are few for k = {}: neighbourhoods are no longer local; add images, "
                    "or use a smaller -k",
                    measurement.distinct, record.k));
  }
  const DimensionEstimate* mle = find_estimate(measurement, "mle", "pooled");
  const DimensionEstimate* twonn = find_estimate(measurement, "twonn", "ml");
  if (mle != nullptr && mle->uncertainty && measurement.by_images.size() >= 2) {
    const DimensionByImages& half = measurement.by_images[measurement.by_images.size() - 2];
    const double change = mle->value - half.mle;
    // The half is part of the whole, so the error of the change is about that of the whole.
    if (std::abs(change) > thresholds::unstable_in_images * mle->value &&
        std::abs(change) > thresholds::standard_errors * mle->uncertainty->std_error) {
      out.push_back(fmt::format(
          "the dimension still {} with the number of images ({:.1f} at {}, {:.1f} at {}): compare "
          "data sets at equal numbers (--samples)",
          change > 0 ? "rises" : "falls", half.mle, half.images, mle->value,
          measurement.by_images.back().images));
    }
  }
  if (mle != nullptr && twonn != nullptr && mle->uncertainty && twonn->uncertainty) {
    const double difference = std::abs(mle->value - twonn->value);
    const double error = std::hypot(mle->uncertainty->std_error, twonn->uncertainty->std_error);
    if (difference > thresholds::estimators_disagree * std::max(mle->value, twonn->value) &&
        difference > thresholds::standard_errors * error) {
      out.push_back(
          fmt::format("MLE (k = {}) gives {:.1f} and TwoNN {:.1f}: the dimension depends on scale{}; see the "
                      "gride curve in the JSON",
                      record.k, mle->value, twonn->value,
                      mle->value > twonn->value ? ", as near-duplicates or slices of one volume cause" : ""));
    }
  }
}

/// Few points are no surprise to who has them.
void warn_of_calibration(const MeasureRecord& record, std::vector<std::string>& out) {
  const Measurement& measurement = record.measurement;
  if (measurement.distinct < kFewestCalibrated) return;
  for (const DimensionEstimate* estimate : {find_estimate(measurement, "mle", "pooled"),
                                            find_estimate(measurement, "calibrated", "posterior_mean")}) {
    if (estimate == nullptr || estimate->calibration_note.empty()) continue;
    out.push_back(
        fmt::format("{}, calibrated by simulation: {}", estimate->estimator, estimate->calibration_note));
  }
}

void warn_of_estimators(const MeasureRecord& record, std::vector<std::string>& out) {
  for (const auto& [estimator, reason] : record.measurement.skipped) {
    out.push_back(fmt::format("no estimate by {}: it {}", estimator, reason));
  }
  for (const DimensionEstimate& estimate : record.measurement.dimension) {
    if (!estimate.largest || estimate.value <= *estimate.largest) continue;
    out.push_back(
        fmt::format("{} gives {:.1f}, and {} images tell dimensions up to about {:.1f} by it: take it "
                    "as a lower bound, or add images",
                    estimate.estimator, estimate.value, estimate.n, *estimate.largest));
  }
}

void warn_of_sharpness(const MeasureRecord& record, std::vector<std::string>& out) {
  const Measurement& measurement = record.measurement;
  if (measurement.tasks.empty() || !measurement.anchors) return;
  out.push_back(
      fmt::format("label sharpness is a lower bound, since only pairs with one of {} images were compared; "
                  "leave --anchors out to have the maximum",
                  *measurement.anchors));
}

}  // namespace

std::vector<std::string> warnings(const MeasureRecord& record) {
  std::vector<std::string> out;
  warn_of_images(record, out);
  warn_of_copies(record, out);
  warn_of_dimension(record, out);
  warn_of_estimators(record, out);
  warn_of_calibration(record, out);
  warn_of_sharpness(record, out);
  return out;
}

}  // namespace fathom
