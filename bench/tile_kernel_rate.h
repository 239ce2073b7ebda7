// How fast the 8-bit tile kernel multiplies.
#pragma once

#include "fathom/core/matrix.h"

namespace fathom::bench {

/// Multiply-adds a second of all threads together: N^2 D / 2 over the time of the best level's kernel on all
/// tiles of half the matrix of pairs, rows packed beforehand, no pair surviving.
double tile_kernel_rate(const Matrix<std::uint8_t>& rows, unsigned threads);

}  // namespace fathom::bench
