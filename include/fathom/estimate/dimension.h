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

/// How large the neighbourhoods are, where an estimator chooses them for every point.
struct NeighborhoodSizes {
  double mean;
  std::size_t smallest, median, largest;
  double at_limit;  ///< share of the points whose neighbourhood is the largest looked for
};

/// One of the manifolds that a mixture makes of the data.
struct DimensionComponent {
  double weight;  ///< share of the points
  double value, std_error;
};

/// What an estimator knows of points beside the dimension there: row by row of the neighbour table.
struct PointValues {
  std::string name;
  std::size_t columns;
  std::vector<double> values;  ///< row-major
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
  /// Of the test whether the data follow the estimator's own law, where it has one.
  std::optional<double> p_value = {};
  std::optional<NeighborhoodSizes> k_star = {};     ///< of abide
  std::vector<DimensionComponent> components = {};  ///< of hidalgo, by their dimension
  std::optional<double> noise_std = {};             ///< that was given, of mle_noise
  std::vector<PointValues> point_values = {};       ///< where values of points were asked for
};

}  // namespace fathom
