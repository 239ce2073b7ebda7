// Statistics of all values of a volume.
#pragma once

#include <cstddef>
#include <vector>

#include "fathom/read/nifti.h"

namespace fathom {

/// Finite values of one time, channel values of colours among them.
std::vector<double> finite_values(const NiftiVolume& volume, std::size_t time);

/// numpy.percentile (linear interpolation) of the values, `percent` 0..100. Values are reordered; there is at
/// least one.
double percentile(std::vector<double>& values, double percent);

/// The least value of the upper of two classes with the largest variance between them, of a histogram of 256
/// equal bins from the least to the largest value: the edge between their bins. Infinite where all values are
/// the same. There is at least one. Source: Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9(1),
/// 1979, eq. 14-18.
double otsu_threshold(const std::vector<double>& values);

}  // namespace fathom
