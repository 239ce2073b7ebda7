#include "fathom/estimate/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "estimate/calibrated_statistics.h"
#include "estimate/calibration_tables.h"

namespace fathom {

namespace {

constexpr double kQuantile = 1.959963984540054;  // 0.975 of the normal law

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

/// Of the value's logarithm, by its interval or its own model.
double log_error(const DimensionEstimate& estimate) {
  const std::optional<Uncertainty>& own = estimate.uncertainty ? estimate.uncertainty : estimate.analytic;
  return own ? own->std_error / estimate.value : 0.0;
}

struct InFamily {
  double dimension, log_error;
};

InFamily in_family(const FamilyCurve& curve, double log_value, double own_error) {
  const double log_dimension = curve.value.inverse(log_value);
  const double error =
      std::hypot(own_error, curve.error(log_dimension),
                 std::hypot(curve.interpolation(log_dimension), curve.value.bend(log_dimension)));
  return {std::exp(log_dimension), error / curve.value.slope(log_dimension)};
}

}  // namespace

void calibrate(DimensionEstimate& estimate, std::size_t points) {
  const std::optional<CalibratedKind> kind = calibrated_kind(estimate);
  if (!kind) return;
  if (points < kFewestCalibrated) {
    estimate.calibration_note = "calibration begins at " + std::to_string(kFewestCalibrated) +
                                " points, and there are " + std::to_string(points);
    return;
  }
  const FamilyTable& table = family_table();
  const std::vector<double>& neighbors = table.neighbors(kind->estimator);
  const auto k = static_cast<double>(kind->k);
  if (k < neighbors.front() || k > neighbors.back()) {
    estimate.calibration_note = "calibration is for " + shown(neighbors.front()) + " to " +
                                shown(neighbors.back()) + " neighbours, not " + std::to_string(kind->k);
    return;
  }
  const auto simulated = static_cast<double>(std::min(points, kMostCalibrated));
  const double log_value = std::log(estimate.value), own = log_error(estimate);
  std::array<InFamily, kFamilies.size()> found{};
  for (std::size_t f = 0; f < kFamilies.size(); ++f) {
    const FamilyCurve curve = table.curve(kind->estimator, kind->k, f, simulated);
    const double most = curve.value(std::log(kLargestCalibrated));
    if (log_value > most) {
      estimate.calibration_note = shown(estimate.value) + " is above " + shown(std::exp(most)) + ", what a " +
                                  kFamilies[f] + " of dimension " + shown(kLargestCalibrated) +
                                  " gives at so many points";
      return;
    }
    found[f] = in_family(curve, log_value, own);
  }
  if (points > kMostCalibrated) {
    estimate.calibration_note = "calibrated as of " + std::to_string(kMostCalibrated) +
                                " points, the most that were simulated; there are " + std::to_string(points);
  }
  double mean = 0.0, variance = 0.0, low = found[0].dimension, high = low;
  for (const InFamily& one : found) {
    mean += std::log(one.dimension) / static_cast<double>(found.size());
    const double spread = std::exp(kQuantile * one.log_error);
    low = std::min(low, one.dimension / spread);
    high = std::max(high, one.dimension * spread);
  }
  for (const InFamily& one : found) {
    const double off = std::log(one.dimension) - mean;
    variance += (one.log_error * one.log_error + off * off) / static_cast<double>(found.size());
  }
  const double value = std::exp(mean);
  estimate.calibrated = CalibratedValue{value,
                                        value * std::sqrt(variance),
                                        {low, high},
                                        found[0].dimension,
                                        found[1].dimension,
                                        found[2].dimension};
}

}  // namespace fathom
