// What DANCo and MiND_KL look at: nearest-neighbour ratios and angles, of data and of balls of known
// dimension.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// What is looked at beside the dimension.
enum class NeighborAspect { angles, ratios };

/// Of points with k + 1 neighbours.
struct NeighborStatistics {
  double dimension = 0.0;  ///< mind_ml.h, mlk
  // Of angles:
  double direction = 0.0;      ///< mean over points of the von Mises mean direction of their angles, radians
  double concentration = 0.0;  ///< likewise of the concentration
  // Of ratios:
  std::vector<double> ratios;  ///< T_1 / T_{k+1}, ascending
};

/// Nothing where no point has k + 1 neighbours at unequal distances.
std::optional<NeighborStatistics> neighbor_statistics(const Sample& sample, std::size_t k,
                                                      NeighborAspect aspect,
                                                      const EstimatorSettings& settings);

/// All of a sample, or a half of it in one of the splits of half_errors.h.
class SamplePart {
 public:
  SamplePart() = default;
  SamplePart(unsigned split, unsigned side) : number_(1 + 2 * split + side) {}
  std::size_t number() const { return number_; }

 private:
  std::size_t number_ = 0;
};

/// The statistics of seeded points that are uniform in unit balls, each made when it is first asked for.
class BallStatistics {
 public:
  /// Balls of as many points as the sample has, of which at most `measured` are looked at, with k + 1
  /// neighbours among all. Where the sample's halves are measured, balls are halved as it is.
  BallStatistics(std::size_t k, NeighborAspect aspect, const Sample& sample, std::size_t measured,
                 const EstimatorSettings& settings);

  const NeighborStatistics& of(std::size_t d, SamplePart part, Progress& progress);

 private:
  /// Part by part.
  std::vector<NeighborStatistics> make(std::size_t d, Progress& progress) const;

  std::size_t k_;
  NeighborAspect aspect_;
  std::size_t points_, measured_;
  bool halved_;
  EstimatorSettings settings_;
  std::map<std::size_t, std::vector<NeighborStatistics>> made_;  ///< by dimension
};

}  // namespace fathom
