// Losses of images, one by one and together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fathom/learn/attack.h"

namespace fathom {

struct MeanWithError {
  double mean;
  double std_error;  ///< standard deviation / sqrt(N), NaN of one value
};

/// Summed in float64, in order. At least one value.
MeanWithError mean_with_error(std::span<const double> values);

/// Mean of the means of so many values each, in order; the last mean may be of fewer, and counts as much.
double mean_of_batch_means(std::span<const float> values, std::size_t batch);

/// What `losses` and `predicted`, as long as `labels`, come to. At least one image.
SampleLosses summarised(std::vector<float> losses, std::vector<std::int32_t> predicted,
                        std::span<const std::int32_t> labels);

}  // namespace fathom
