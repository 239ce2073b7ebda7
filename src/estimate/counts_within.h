// How many points lie within a distance of each point.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Of every row of the table, for every radius (ascending): points nearer than that, itself left out, and
/// those of its group. Exact.
std::vector<std::vector<std::uint32_t>> counts_within(const Sample& sample, std::span<const Distance> radii,
                                                      const EstimatorSettings& settings, Progress& progress);

}  // namespace fathom
