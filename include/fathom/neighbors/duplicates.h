// Exact duplicates: rows equal in every stored value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"

namespace fathom {

struct Duplicates {
  /// For every row, the first row equal to it (itself when it is the first).
  std::vector<std::uint32_t> first;
  /// The rows that are first, ascending.
  std::vector<std::uint32_t> distinct;
  /// Groups of two or more equal rows, each ascending, ordered by their first row.
  std::vector<std::vector<std::uint32_t>> groups;
};

/// Finds equal rows: by hash, then by comparison. -0.0 equals 0.0.
Duplicates find_duplicates(const RowMatrix& matrix, unsigned threads, Progress& progress = no_progress());

}  // namespace fathom
