// Memory: refused before it is taken.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "fathom/estimate/measure.h"
#include "fathom/prepare/matrix_shape.h"

namespace fathom {

/// A PrepareOptions::check_matrix for one data set. It throws UsageError when measuring takes more memory
/// than `cap` (as --memory gives it; empty: none), and InputError when it takes more than the machine has
/// left.
///
/// `arrays`: bytes of input arrays in memory. `in_file`: rows are in a working folder.
std::function<void(const MatrixShape&)> memory_check(const std::string& cap, const std::string& data,
                                                     std::uint64_t arrays, bool in_file,
                                                     const MeasureOptions& options);

}  // namespace fathom
