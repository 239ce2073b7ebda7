// Squared distances by direct differences: what every search comes to in the end.
#pragma once

#include <cstdint>
#include <span>

#include "fathom/core/distance.h"
#include "fathom/core/matrix.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

/// Of one row and several others, into `out`.
void direct_distances(const RowMatrix& matrix, std::uint32_t row, std::span<const std::uint32_t> others,
                      const PairScanOptions& options, std::span<SquaredDistance> out);

/// Of many pairs, those of one first row together, into `out`. Takes 128 bytes a pair where rows are long.
void direct_distances(const RowMatrix& matrix, std::span<const RowPair> pairs, const PairScanOptions& options,
                      std::span<SquaredDistance> out);

}  // namespace fathom
