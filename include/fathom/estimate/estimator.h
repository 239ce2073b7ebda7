// What an estimator of dimension declares of itself, so that one scan serves all that are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/core/simd_level.h"
#include "fathom/estimate/dimension.h"
#include "fathom/estimate/local_method.h"
#include "fathom/estimate/point_statistic.h"
#include "fathom/estimate/sample.h"
#include "fathom/neighbors/search_mode.h"

namespace fathom {

struct EstimatorSettings {
  std::size_t k = 20;  ///< neighbours, of the estimators whose number is not their own
  /// Standard deviation of the noise in every value, in pixel units, for those that are told it.
  std::optional<double> noise_std = {};
  std::size_t components = 2;  ///< of a mixture
  std::uint64_t seed = 0;
  unsigned threads = 1;
  SimdLevel simd = SimdLevel::scalar;
  SearchMode search = SearchMode::automatic;
  bool intervals = true;  ///< also those that take estimates of parts of the data
  bool local = false;     ///< also the values of points
  /// Also means over neighbourhoods, of estimators of the whole that have them.
  bool neighborhoods = true;
};

/// Estimates that need one number of each point: the whole and its halves are evaluated in the same way.
struct StatisticEstimates {
  PointStatistic statistic;
  /// Of every value of the statistic.
  std::vector<std::function<std::optional<DimensionEstimate>(const LogDistances&)>> make;
  /// The dimension at a point, from its number; the same for all values. Empty: the method has none.
  std::function<double(double number)> local = {};
};

/// Why there is no estimate: "needs at least 102 distinct images, and there are 80".
struct Refusal {
  std::string reason;
};

using EstimateResult = std::variant<std::vector<DimensionEstimate>, Refusal>;

/// One of `from_distances` and `from_sample` is set, or `from_neighborhoods`, which may also stand beside the
/// second: its estimates follow.
struct Estimator {
  std::string name;
  /// Neighbours that a point must have for a value; 0 for an estimator that looks at none.
  std::function<std::size_t(const EstimatorSettings&)> neighbors;
  /// `listed`: neighbours that the table lists of each point.
  std::function<std::vector<StatisticEstimates>(const EstimatorSettings&, std::size_t listed)>
      from_distances = {};
  /// Estimates with their intervals. The sample has more points than `neighbors`. Throws Interrupted.
  std::function<EstimateResult(const Sample&, const EstimatorSettings&, Progress&)> from_sample = {};
  std::function<LocalMethod(const EstimatorSettings&)> from_neighborhoods = {};
  /// Whether `from_sample` looks at the sample's rows, and not at its neighbours alone.
  bool looks_at_rows = true;
};

}  // namespace fathom
