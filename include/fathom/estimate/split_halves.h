// Standard errors that account for overlapping neighbourhoods.
//
// Equation     The data are split at random into halves A and B, the estimator is applied to each on its own,
// with
//              neighbours within the half. A and B are disjoint, so independent: Var log d(A) = E (log d(A) -
//              log d(B))^2 / 2, and the variance of the whole is half of that, since a statistic of local
//              neighbourhoods has variance proportional to 1/n. The mean over `splits` random splits is
//              taken. Interval: d exp(+- t_{0.975, splits} s) with s the standard error of log d; standard
//              error d s.
// Source       Half-sample (delete-d jackknife with d = n/2): Shao and Wu, Ann. Stat. 17:1176 (1989).
// Covers       The expectation of the estimate at this n, not the true dimension: a bias of the estimator at
// this n and
//              k is not in it. Coverage measured on flat tori is in docs/estimators.md.
// Anchors      All n points are split; a half has the anchors in it, with their neighbours in it. Two halves
//              differ in points and in anchors, so the spread holds what the choice of either adds; both
//              variances are proportional to 1/n at one share of anchors, and are halved as above.
// Neighbours   within a half are read off the listed neighbours of the whole. A point with too few of them
// listed is
//              left out of that half; whether that happens depends on the random split alone, not on the
//              data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/estimate/log_distances.h"
#include "fathom/estimate/point_statistic.h"
#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom {

struct SplitHalvesOptions {
  unsigned splits = 100;
  std::uint64_t seed = 0;
  unsigned threads = 1;
};

/// Neighbours to list of each point so that a half finds `neighbors` of them for 99.9 % of its points.
std::size_t neighbors_for_halves(std::size_t neighbors);

/// Standard error of the logarithm of each value of each statistic; nothing where a half cannot give it in
/// some split, or where over all splits fewer than 99 % of the halves' points (their anchors, where the table
/// has these alone) have the neighbours it needs. `distances` are those of `table`.
std::vector<std::vector<std::optional<double>>> split_half_errors(const NeighborTable& table,
                                                                  const LogDistances& distances,
                                                                  std::span<const PointStatistic> statistics,
                                                                  const SplitHalvesOptions& options,
                                                                  Progress& progress = no_progress());

}  // namespace fathom
