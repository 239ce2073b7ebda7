// Standard errors from halves, of estimators that are more than one number a point.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

inline constexpr unsigned kFewSplits = 10;

/// The two halves of one of the splits, ascending. Of an odd number of points one sits out.
std::array<std::vector<std::uint32_t>, 2> draw_halves(std::size_t points, std::uint64_t seed, unsigned split);

/// Whether intervals are wanted, and enough neighbours are listed for halves to have so many.
bool halves_are_measured(const Sample& sample, std::size_t neighbors, const EstimatorSettings& settings);

/// Of the logarithm of every value, by the law of split_halves.h over kFewSplits splits. `values` takes a
/// half and gives all `count` values, nothing for one that is not positive and finite. Nothing for a value
/// that some half has not, or where too few neighbours are listed for halves to have `neighbors`; empty where
/// the settings want no intervals.
std::vector<std::optional<double>> half_errors(
    const Sample& sample, std::size_t neighbors, std::size_t count, const EstimatorSettings& settings,
    const std::function<std::vector<std::optional<double>>(const Sample& half)>& values, Progress& progress);

/// The same of values that depend on which half it is: side 0 or 1 of a split.
std::vector<std::optional<double>> half_errors(
    const Sample& sample, std::size_t neighbors, std::size_t count, const EstimatorSettings& settings,
    const std::function<std::vector<std::optional<double>>(const Sample& half, unsigned split,
                                                           unsigned side)>& values,
    Progress& progress);

}  // namespace fathom
