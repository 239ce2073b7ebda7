// How far apart images with different labels are: their number of pairs, and quantiles over a seeded sample.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "fathom/neighbors/label_pairs.h"

namespace fathom {

/// Pairs of images with different labels, of different groups, whose rows differ. `counted`: rows whose
/// images count.
std::uint64_t count_label_pairs(const Duplicates& duplicates, const LabelPairsRequest& request,
                                const std::function<bool(std::uint32_t)>& counted);

struct LabelDistances {
  std::uint64_t pairs = 0;  ///< that the quantiles are over
  std::array<SquaredDistance, 4> quantiles{};
};

/// Over all those pairs where they are few, else over pairs drawn uniformly with the request's seed; at 1 -
/// quantile_levels, linear between observations.
LabelDistances label_distances(const PairScan& scan, const Duplicates& duplicates,
                               const LabelPairsRequest& request, std::uint64_t all_pairs);

}  // namespace fathom
