// Of every anchor, what may be among its nearest.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "fathom/neighbors/nearest_neighbors.h"
#include "fathom/neighbors/pair_scan.h"
#include "neighbors/squared_values.h"

namespace fathom {

/// Of every anchor, an unordered buffer of candidates; full buffers are cut back to what may still matter.
/// Buffers take no memory before their first candidate.
class CandidateBuffers {
 public:
  static constexpr std::size_t kStripe = 64;  ///< positions that share a lock

  CandidateBuffers(const PairScan& scan, std::size_t neighbors);

  bool holds(std::uint32_t position) const { return position < count_.size(); }
  /// Candidates above it cannot be among the nearest. Only ever falls, so an old value errs on the safe side.
  double limit(std::uint32_t position) const { return threshold_[position].load(std::memory_order_relaxed); }
  void lower_limit(std::uint32_t position, double to) {
    if (to < limit(position)) threshold_[position].store(to, std::memory_order_relaxed);
  }

  std::vector<std::mutex>& locks() { return locks_; }
  /// Adds a row whose squared distance is at least `bound`. The lock of the position's stripe is held.
  void add(const PairScan& scan, std::uint32_t position, double bound, std::uint32_t other_row) {
    if (!(bound <= limit(position))) return;
    const std::size_t at = position * capacity_ + count_[position];
    lower_.set(at, bound);
    key_[at] = other_row | (scan.bounds_are_exact() ? kExact : 0);
    if (++count_[position] == capacity_) prune(scan, position);
  }

  /// From now on rows come by set_nearest() alone: without room for what may still be nearer, fewer pages are
  /// touched.
  void expect_nearest() { capacity_ = k_; }
  /// In place of what the position has.
  void set_nearest(std::uint32_t position, std::span<const NearRow> nearest);
  /// Candidates whose distance is known.
  void take_known(std::uint32_t position, std::vector<NearRow>& candidates) const;

  /// Whether the distances of all candidates of the first positions are known.
  bool all_known(std::uint32_t positions) const;
  /// The first `positions`, each followed by its nearest candidate where that is yet to come: rows that one
  /// position compares with are then still in the cache for the next.
  std::vector<std::uint32_t> chained(const PairScan& scan, std::uint32_t positions) const;
  /// Finds the distances of all candidates of these positions that may be among their `wanted` nearest. A
  /// pair that is a candidate of both is compared once.
  void settle(const PairScan& scan, std::span<const std::uint32_t> positions,
              std::vector<std::uint32_t>& rank, std::size_t wanted);

  /// Puts the buffer of position from[i] in place i, for all positions, each of which is there once. Nothing
  /// is scanned after that.
  void arrange(std::span<const std::uint32_t> from);
  /// The candidates of positions before this one are lost.
  void give_back(std::size_t position);
  /// The `wanted` nearest of a position among what has been scanned, their distances known.
  std::vector<NearRow> nearest(std::uint32_t position, std::size_t wanted) const;

 private:
  /// Mark of a candidate whose distance is known.
  static constexpr std::uint32_t kExact = std::uint32_t{1} << 31;

  double upper(const PairScan& scan, std::uint32_t position, std::size_t entry) const {
    const std::size_t at = position * capacity_ + entry;
    return key_[at] & kExact ? lower_[at] : scan.upper(scan.row(position), key_[at], lower_[at]);
  }
  /// Smallest value that at least `wanted` candidates are known not to exceed.
  double upper_rank(const PairScan& scan, std::uint32_t position, std::size_t wanted) const;
  void make_exact(const PairScan& scan, std::uint32_t position, double limit);
  /// Drops what the bounds rule out. True when that made room.
  bool cut_by_bounds(const PairScan& scan, std::uint32_t position);
  /// Keeps the k nearest of candidates whose distances are all known, ties by index.
  void cut_by_distance(std::uint32_t position);
  void prune(const PairScan& scan, std::uint32_t position);
  /// Positions that one is to be compared with for its `wanted` nearest: at first those that are nearest by
  /// their lower bounds, and when these are known whatever may still be nearer.
  void choose(const PairScan& scan, std::uint32_t position, std::size_t wanted, bool first,
              std::vector<std::uint32_t>& chosen) const;
  /// The distance of a pair, for either of its positions.
  void set_exact(std::uint32_t position, std::uint32_t other_row, double squared);
  void copy(std::uint32_t from, std::uint32_t to);

  std::size_t k_, capacity_;
  SquaredValues lower_;
  std::vector<std::uint32_t, detail::UnfilledAllocator<std::uint32_t>> key_;
  std::vector<std::uint32_t> count_;
  std::vector<std::atomic<double>> threshold_;
  std::vector<std::mutex> locks_;
};

}  // namespace fathom
