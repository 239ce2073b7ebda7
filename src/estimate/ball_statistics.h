// What DANCo looks at: nearest-neighbour ratios and angles, of data and of balls of known dimension.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Of points with k + 1 neighbours.
struct NeighborStatistics {
  double dimension = 0.0;      ///< mind_ml.h, mlk
  double direction = 0.0;      ///< mean over points of the von Mises mean direction of their angles, radians
  double concentration = 0.0;  ///< likewise of the concentration
  std::vector<double> ratios;  ///< T_1 / T_{k+1}, ascending
};

/// Nothing where no point has k + 1 neighbours at unequal distances.
std::optional<NeighborStatistics> neighbor_statistics(const Sample& sample, std::size_t k,
                                                      const EstimatorSettings& settings);

/// The statistics of seeded points that are uniform in unit balls, each made when it is first asked for.
class BallStatistics {
 public:
  /// Of each ball at most `measured` points are looked at, with their neighbours among all.
  BallStatistics(std::size_t k, std::size_t measured, const EstimatorSettings& settings)
      : k_(k), measured_(measured), settings_(settings) {}

  const NeighborStatistics& of(std::size_t points, std::size_t d, Progress& progress);

 private:
  std::size_t k_, measured_;
  EstimatorSettings settings_;
  std::map<std::pair<std::size_t, std::size_t>, NeighborStatistics> made_;
};

}  // namespace fathom
