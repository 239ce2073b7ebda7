// One pass over all pairs of rows, which feeds collectors.
//
// A collector says how far a pair may be to matter to it; the scan hands out every pair that its bound cannot
// rule out, with a proven LOWER BOUND of the squared distance, or the distance itself. A collector keeps what
// the bounds leave open and asks exact() for the direct difference. docs/neighbors.md has the bound, its
// proof with the rounding margin, and the cost model that chooses the search. Results are the same bits for
// every search mode, thread count and SIMD level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
  /// Scan only pairs with at least one of so many first positions, the anchors; 0: all pairs. In a random
  /// order the anchors are a random sample of the rows.
  std::uint32_t anchors = 0;
};

/// A pair of scanned rows, by position, first < second. Its squared distance, in stored units, is at least
/// `lower`.
struct PairBound {
  std::uint32_t first, second;
  double lower;
};

/// Two rows of the matrix.
struct RowPair {
  std::uint32_t first, second;
};

/// One of the rows that are nearest to another, at its distance.
struct NearRow {
  double squared;
  /// Of the matrix.
  std::uint32_t row;
  friend auto operator<=>(const NearRow&, const NearRow&) = default;  // (distance, index)
};

class PairScan;
class PairSearch;
class RowSearch;
struct PositionBlock;

/// What a collector is that wants of every anchor the rows that are nearest to it, and nothing else: they may
/// then be handed over row by row. Each position is one thread's at a time.
class RowCollector {
 public:
  virtual ~RowCollector() = default;
  /// Rows wanted of every anchor.
  virtual std::size_t wanted() const = 0;
  /// By matrix row: those of one number are never neighbours. Empty: all may be.
  virtual std::span<const std::uint32_t> group() const = 0;
  /// The nearest of an anchor so far, in any order; take() replaces them.
  virtual std::vector<NearRow> nearest(std::uint32_t position) const = 0;
  virtual void take(std::uint32_t position, std::span<const NearRow> nearest) = 0;
};

/// Takes what it needs of the pairs. collect() and limit() are called from several threads at once.
class Collector {
 public:
  virtual ~Collector() = default;
  /// The collector as one of rows, where it is one: from then on it is given rows alone. A scan that goes row
  /// by row asks one collector, before it begins.
  virtual RowCollector* by_rows() { return nullptr; }
  /// Pairs of this position that are farther apart (squared) matter only to the other position, if at all.
  /// Never rises.
  virtual double limit(std::uint32_t position) const = 0;
  /// Some pairs, among them every pair within the limit of either position. None comes twice.
  virtual void collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned worker) = 0;
  /// Rows near a position that would help to find its limit; none by default.
  virtual std::size_t neighbors_to_tighten() const { return 0; }
  /// So many positions that are near this one, by a guess. Pairs of theirs are still to come.
  virtual void tighten(const PairScan&, std::uint32_t /*position*/, std::span<const std::uint32_t> /*near*/) {
  }
  /// All pairs to be scanned among the first `count` positions have been, and no others yet.
  virtual void prefix_complete(const PairScan& scan, std::uint32_t count) = 0;
};

/// The pairs among some rows of a matrix, in a stated order; with anchors, those that hold one.
class PairScan {
 public:
  /// `order`: rows to be scanned, at most 2^31 - 1 and each at most once; order[p] is the row at position p.
  /// A random order is scanned fastest. The matrix must outlive the scan. Throws InputError when a value is
  /// not finite or beyond 1e30 in magnitude.
  PairScan(const RowMatrix& matrix, std::vector<std::uint32_t> order, const PairScanOptions& options);
  ~PairScan();
  PairScan(const PairScan&) = delete;
  PairScan& operator=(const PairScan&) = delete;

  /// Scans every such pair once. `prefixes`, ascending, the last one size(): after the pairs among so many
  /// first positions the collectors are told. Once. Throws Interrupted when the progress sink says so.
  void run(std::span<Collector* const> collectors, std::span<const std::uint32_t> prefixes,
           Progress& progress);

  std::uint32_t size() const { return static_cast<std::uint32_t>(order_.size()); }
  /// Positions from 0 on of which every pair is scanned: size(), or PairScanOptions::anchors where that is
  /// fewer.
  std::uint32_t anchors() const { return anchors_; }
  std::uint32_t row(std::uint32_t position) const { return order_[position]; }
  /// Inverse of row(), for rows that are scanned.
  std::uint32_t position(std::uint32_t matrix_row) const { return position_[matrix_row]; }
  /// Components of a row.
  std::size_t components() const { return matrix_.stored_cols(); }
  bool rows_are_bytes() const { return matrix_.exact_integers(); }
  const PairScanOptions& options() const { return options_; }
  /// What the cost model, or the caller, chose: tiles, rows or filter.
  SearchMode search_mode() const { return mode_; }
  /// Components that a filter compares first; all of them otherwise.
  std::size_t compared_components() const { return compared_components_; }

  /// True when lower bounds are the squared distances themselves.
  bool bounds_are_exact() const;
  /// The squared distance of two scanned rows of the matrix is at most this, given its lower bound.
  double upper(std::uint32_t matrix_row_a, std::uint32_t matrix_row_b, double lower) const;
  /// The squared distance of two positions is at most this, and not much less.
  double upper(std::uint32_t position_a, std::uint32_t position_b) const;
  /// Squared distance of two rows of the matrix in stored units: direct differences, summed in float64.
  SquaredDistance exact(std::uint32_t matrix_row_a, std::uint32_t matrix_row_b) const;
  /// The same of one row and several others, into `out`, which has their number of places or more: faster,
  /// since what is done to the one row is done once.
  void exact(std::uint32_t matrix_row, std::span<const std::uint32_t> others,
             std::span<SquaredDistance> out) const;
  /// The same of many pairs, those of one first row together, on so many threads.
  void exact(std::span<const RowPair> pairs, std::span<SquaredDistance> out, unsigned threads) const;

 private:
  std::uint64_t pairs() const;
  void choose_search();
  bool choose_rows(bool forced);
  void run_rows(RowCollector& rows, std::span<Collector* const> collectors,
                std::span<Collector* const> others, std::span<const std::uint32_t> prefixes,
                Progress& progress);
  void for_each_pair_of_blocks(std::span<const std::uint32_t> steps, std::uint32_t done,
                               std::vector<PositionBlock>& blocks,
                               const std::function<void(PositionBlock, PositionBlock, unsigned)>& body) const;
  void tighten(std::span<Collector* const> collectors, PositionBlock positions, Progress& progress) const;

  const RowMatrix& matrix_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> position_;  ///< of a matrix row
  PairScanOptions options_;
  std::uint32_t anchors_ = 0;
  SearchMode mode_ = SearchMode::tiles;
  std::size_t compared_components_ = 0;
  std::unique_ptr<PairSearch> search_;
  RowSearch* row_search_ = nullptr;  ///< search_, where it goes by rows
};

/// Doubling prefixes of a scan: count / 2^j for j = levels..0, those of at least `smallest` rows.
std::vector<std::uint32_t> halving_prefixes(std::uint32_t count, unsigned levels, std::uint32_t smallest);

}  // namespace fathom
