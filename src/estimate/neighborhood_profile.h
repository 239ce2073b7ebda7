// What the calibrated estimate looks at: how far the neighbours of each rank are, in how many directions they
// lie, and how unlike the neighbourhoods are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "fathom/core/progress.h"
#include "fathom/estimate/estimator.h"

namespace fathom {

inline constexpr std::size_t kProfileNeighbors = 64;

/// Logarithms, in this order:
///   6  dimension between the neighbours of ranks n and 2n, n = 1, 2, 4, ..., 32: (psi(2n) - psi(n)) over the
///      mean of log T_2n / T_n
///   3  directions of the 10, 20 and 40 nearest neighbours less their mean: 1 / (mean of tr C^2 / (tr C)^2 -
///      1/(k-1)), C their covariance; a participation ratio, over at most 256 points
///   1  standard deviation of log T_20 over points, times the dimension between ranks 8 and 16
inline constexpr std::size_t kProfileSize = 10;
using NeighborhoodProfile = std::array<double, kProfileSize>;

/// Of the points that have 64 neighbours; nothing where none has, or a mean of logarithms is 0. The points
/// whose vectors are looked at are drawn by the settings' seed. Throws Interrupted.
std::optional<NeighborhoodProfile> neighborhood_profile(const Sample& sample,
                                                        const EstimatorSettings& settings,
                                                        Progress& progress);

}  // namespace fathom
