// Estimators that have a value at every point, whose mean is the value of the whole.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

struct LocalMethod {
  std::string estimator;
  std::vector<std::string> variants;
  std::size_t k;  ///< neighbours that a point must have; points with fewer are left out
  /// The values of all variants at a row of the table; NaN where there is none. Called from several threads.
  std::function<void(const Sample& sample, std::size_t row, std::span<double> values)> at;
};

/// Means over the points that have a value, with the intervals of ten pairs of halves (split_halves.h has
/// their law), in which every value is worked out anew from the neighbours in the half.
std::vector<DimensionEstimate> local_means(const LocalMethod& method, const Sample& sample,
                                           const EstimatorSettings& settings, Progress& progress);

}  // namespace fathom
