// The nearest pair with different labels within each draw, by a scan of that draw alone: for draws that hold
// pairs which a scan of anchors leaves out.
#pragma once

#include <optional>
#include <vector>

#include "fathom/neighbors/label_pairs.h"

namespace fathom {

/// Of request.draws the smallest squared distances, as LabelPairs finds them in a scan of all rows.
std::vector<std::optional<SquaredDistance>> scan_draws(const RowMatrix& matrix, const Duplicates& duplicates,
                                                       const LabelPairsRequest& request, unsigned threads,
                                                       SimdLevel simd, Progress& progress);

}  // namespace fathom
