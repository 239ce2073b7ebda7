// One pass over all pairs of rows, which feeds collectors.
//
// Distances. Of 8-bit rows they are exact integers. Otherwise the scan forms |x|^2 + |y|^2 - 2xy in float64
// from rows rounded to float32 and hands out a proven LOWER BOUND; a collector keeps whatever the bound
// cannot rule out and asks exact() for the direct difference. docs/neighbors.md has the derivation of the
// margin. Sums run in one fixed order, so every number is the same for any thread count and any SIMD level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fathom/core/distance.h"
#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"
#include "fathom/core/simd_level.h"
#include "fathom/neighbors/search_mode.h"

namespace fathom {

struct PairScanOptions {
  unsigned threads = 1;
  SimdLevel simd = SimdLevel::scalar;
  SearchMode search = SearchMode::automatic;
  /// Neighbours of a row that the collectors will want; the cost model counts on it.
  std::size_t neighbors = 20;
};

/// Bounds of the squared distances of some scanned rows (positions first_row..) to others (first_col..).
struct PairBlock {
  std::uint32_t first_row, rows;
  std::uint32_t first_col, cols;
  /// lower[r * stride + c] <= squared distance of positions first_row + r and first_col + c, in stored units.
  const double* lower;
  std::size_t stride;
  /// Rows and columns are the same positions: only r < c is meant.
  bool diagonal;
};

class PairScan;

/// Takes what it needs from every block. collect() is called from several threads, on different blocks at
/// once.
class Collector {
 public:
  virtual ~Collector() = default;
  virtual void collect(const PairScan& scan, const PairBlock& block, unsigned worker) = 0;
  /// All pairs among the first `count` positions have been collected, and no others yet.
  virtual void prefix_complete(const PairScan& scan, std::uint32_t count) = 0;
};

/// The pairs among some rows of a matrix, in a stated order.
class PairScan {
 public:
  /// `order`: rows to be scanned, at most 2^31 - 1 and each at most once; order[p] is the row at position p.
  /// The matrix must outlive the scan. Throws InputError when a value is not finite or beyond 1e30 in
  /// magnitude.
  PairScan(const RowMatrix& matrix, std::vector<std::uint32_t> order, const PairScanOptions& options);
  ~PairScan();
  PairScan(const PairScan&) = delete;
  PairScan& operator=(const PairScan&) = delete;

  /// Feeds every pair once to every collector. `prefixes`, ascending, the last one size(): after the pairs
  /// among so many first positions the collectors are told. Throws Interrupted when the progress sink says
  /// so.
  void run(std::span<Collector* const> collectors, std::span<const std::uint32_t> prefixes,
           Progress& progress);

  std::uint32_t size() const { return static_cast<std::uint32_t>(order_.size()); }
  std::uint32_t row(std::uint32_t position) const { return order_[position]; }
  const PairScanOptions& options() const { return options_; }

  /// True when lower bounds are the squared distances themselves.
  bool bounds_are_exact() const { return margin_.empty(); }
  /// lower + 2 * (margin(a) + margin(b)) bounds the squared distance of two rows of the matrix from above.
  double margin(std::uint32_t matrix_row) const { return margin_.empty() ? 0.0 : margin_[matrix_row]; }
  /// Squared distance of two rows of the matrix in stored units: direct differences, summed in float64.
  SquaredDistance exact(std::uint32_t matrix_row_a, std::uint32_t matrix_row_b) const;

 private:
  struct Kernels;
  class Tile;

  void build_bounds();
  void collect_block(std::uint32_t first_row, std::uint32_t rows, std::uint32_t first_col, std::uint32_t cols,
                     Tile& tile, std::span<Collector* const> collectors, unsigned worker) const;

  const RowMatrix& matrix_;
  std::vector<std::uint32_t> order_;
  PairScanOptions options_;
  Matrix<float> rounded_;  ///< rows centred and rounded, where the stored ones cannot be scanned as they are
  std::vector<double> norm_;    ///< of a matrix row: squared norm, less its margin
  std::vector<double> margin_;  ///< of a matrix row; empty when bounds are exact
};

/// Doubling prefixes of a scan: count / 2^j for j = levels..0, those of at least `smallest` rows.
std::vector<std::uint32_t> halving_prefixes(std::uint32_t count, unsigned levels, std::uint32_t smallest);

}  // namespace fathom
