// Estimators that have a value at every point, from the neighbourhood of that point alone.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace fathom {

class Neighborhood;

/// The value of the whole is the mean over points.
struct LocalMethod {
  std::string estimator;
  std::vector<std::string> variants;
  std::size_t k;  ///< neighbours that a point must have; points with fewer are left out
  /// The values of all variants at a point, from its k nearest neighbours; NaN where there is none. Called
  /// from several threads.
  std::function<void(const Neighborhood& neighborhood, std::span<double> values)> at;
};

}  // namespace fathom
