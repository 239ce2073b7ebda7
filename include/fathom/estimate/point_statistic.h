// Estimates of a sample from one number of each of its points.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "fathom/estimate/log_distances.h"

namespace fathom {

/// The estimators here look at a point through one number: a sum or a difference of its log distances. What
/// they make of a sample needs these numbers only, so that a part of the data is a list of numbers.
struct PointStatistic {
  /// Neighbours that a point must have; points with fewer are left out.
  std::size_t neighbors;
  /// Of a point, from log T_1 .. log T_neighbors. Never NaN.
  std::function<double(std::span<const double> logs)> number;
  /// Values that a sample has.
  std::size_t values;
  /// The values from the numbers of a sample's points, which may be reordered. Nothing for a value that is
  /// not finite.
  std::function<std::vector<std::optional<double>>(std::span<double> numbers)> evaluate;
};

/// Numbers of the points that have the neighbours, in order.
std::vector<double> numbers_of(const LogDistances& distances, const PointStatistic& statistic);

}  // namespace fathom
