// One estimate of intrinsic dimension, with all that is known about it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fathom {

struct Interval {
  double low, high;
};

/// Standard error and 95 % interval.
struct Uncertainty {
  double std_error;
  Interval interval;
};

/// What simulation at the same number of points makes of an estimate: calibration.h.
struct CalibratedValue {
  double value = 0.0, std_error = 0.0;
  Interval interval{};                           ///< 95 %; the calibration's own error is in it
  double ball = 0.0, sphere = 0.0, torus = 0.0;  ///< the dimension, if the data were uniform on one of these
};

struct DimensionEstimate {
  std::string estimator;  ///< as `--estimator` names it: "mle", "twonn", ...
  std::string variant;
  std::optional<std::size_t> k;       ///< neighbours, where the estimator takes so many of each point
  std::optional<std::size_t> n1, n2;  ///< neighbour ranks, of gride
  double value = 0.0;
  /// Under the estimator's own model, which takes neighbourhoods as independent. Not every variant has one.
  std::optional<Uncertainty> analytic;
  /// The one to quote: from split halves where the data allow it, otherwise the analytic one.
  std::optional<Uncertainty> uncertainty;
  std::string interval_method;  ///< "split_halves", "analytic" or "none"
  std::size_t n = 0;            ///< points used
  /// About the largest dimension that the estimator can tell at this n, where it has such a limit.
  std::optional<double> largest = {};
  std::optional<CalibratedValue> calibrated = {};
  /// Why there is no calibrated value, of an estimator that is calibrated; or what is amiss with it: "taken
  /// as of 131072 points". Otherwise empty.
  std::string calibration_note = {};
  /// Of every row of the neighbour table, where the method has values of points and they were asked for; NaN
  /// where a point has none.
  std::vector<double> local = {};
};

}  // namespace fathom
