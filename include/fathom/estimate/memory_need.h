// What a measurement will take of memory: the one place that says so.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fathom/estimate/measure.h"
#include "fathom/prepare/matrix_shape.h"

namespace fathom {

/// Bytes. Estimates for N rows of D values in the form that `shape` tells, L neighbours listed of each of A
/// images: all, or the anchors.
struct MemoryNeed {
  /// The arrays of the input that are in memory until the matrix holds them.
  std::uint64_t arrays = 0;
  /// N D values and, while they change their form, the rows before; nothing in a working folder.
  std::uint64_t matrix = 0;
  /// A float32 copy of float64 rows, 4 N D; 8-bit codes of float32 rows, N D; a quarter of 8-bit rows. Of
  /// 700 rows and more, or where a filter is asked for, what finds directions: 4 D for 512 rows (1024 of
  /// 40,000 and more) and for 512 more.
  std::uint64_t search = 0;
  /// A L times the most of: candidates and guesses while pairs are compared (12; of other than 8-bit rows 12
  /// for each of candidate_room() too), the table (12, in which logarithms take the place of squared
  /// distances), and logarithms beside these (8) where an estimator needs both; with 2 to spare.
  std::uint64_t neighbors = 0;
  /// What single estimators hold beside, the one that takes most: 24 M^2 for lpca, participation_ratio and
  /// fishers, whose scalar products are M x M, with M the smaller of D and A, 2048 where both are larger;
  /// fishers 16 M A more; 32 A (C + 3) + 100 A for hidalgo of C components; danco and mind_kl 824 N (a ball
  /// of dimension 32 and its neighbours); geodesic 720 N and 88 N a thread (graphs; paths);
  /// minimum_spanning_tree 900 + 20 L of at most 20,000 points, and as much as `search`.
  std::uint64_t estimates = 0;
  /// 400 N (records, hashes, norms, order, numbers of halves), 48 MiB, and 12 MiB a thread.
  std::uint64_t rest = 0;

  /// At the worst moment: the arrays are gone when pairs are compared, and the search is done when estimators
  /// run.
  std::uint64_t total() const;
};

/// `arrays`: bytes of input arrays in memory. `in_file`: rows are in a working folder.
MemoryNeed memory_need(const MatrixShape& shape, std::uint64_t arrays, bool in_file,
                       const MeasureOptions& options);

}  // namespace fathom
