// The k nearest neighbours of every row, or of every anchor, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

/// Nearest neighbours of some points among all, nearest first; equal distances are ordered by index.
class NeighborTable {
 public:
  /// Row i is point i.
  NeighborTable(std::size_t rows, std::size_t k)
      : points_(rows), k_(k), squared_(rows * k), index_(rows * k), found_(rows, 0) {}
  /// Row i is point place[i] of `points`, ascending.
  NeighborTable(std::size_t points, std::vector<std::uint32_t> place, std::size_t k);

  std::size_t rows() const { return found_.size(); }
  /// Among which neighbours were looked for.
  std::size_t points() const { return points_; }
  /// The point that row i is.
  std::size_t place(std::size_t i) const { return place_.empty() ? i : place_[i]; }
  /// Neighbours asked for.
  std::size_t k() const { return k_; }
  /// Neighbours row i has: k(), or fewer where groups leave fewer.
  std::size_t found(std::size_t i) const { return found_[i]; }
  /// Squared distances of row i to its neighbours, in stored units.
  std::span<const SquaredDistance> squared(std::size_t i) const {
    FATHOM_CHECK(i >= forgotten_);
    return {squared_.data() + i * k_, found_[i]};
  }
  /// The neighbours of row i, as points: not as rows of this table, where these are fewer.
  std::span<const ImageIndex> index(std::size_t i) const { return {index_.data() + i * k_, found_[i]}; }

  void set_row(std::size_t i, std::span<const SquaredDistance> squared, std::span<const ImageIndex> index);

  /// Gives back the memory of the squared distances of the rows before this one: nobody may ask for them any
  /// more.
  void forget_squared(std::size_t before);

 private:
  template <class T>
  using Values = std::vector<T, detail::UnfilledAllocator<T>>;

  std::size_t points_, k_;
  std::vector<std::uint32_t> place_;  ///< empty: every point has its row
  Values<SquaredDistance> squared_;
  Values<ImageIndex> index_;
  std::vector<std::uint32_t> found_;
  std::size_t forgotten_ = 0;  ///< rows without squared distances
};

class CandidateBuffers;

/// Collects the nearest neighbours of every anchor (of every row, where a scan has no anchors), among all
/// scanned rows and among those of every prefix.
class NearestNeighbors : public Collector, private RowCollector {
 public:
  /// k >= 1. `group`, where not empty, has one key a matrix row: rows of one group are never neighbours.
  NearestNeighbors(const PairScan& scan, std::size_t k, std::vector<std::uint32_t> group = {});
  ~NearestNeighbors() override;

  /// Called at every prefix but the last with the table (its k as given here) over the prefix: see
  /// take_table().
  void on_prefix(std::size_t k, std::function<void(const NeighborTable&)> receive);

  double limit(std::uint32_t position) const override;
  void collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned worker) override;
  std::size_t neighbors_to_tighten() const override { return k_ + 12; }
  void tighten(const PairScan& scan, std::uint32_t position, std::span<const std::uint32_t> near) override;
  void prefix_complete(const PairScan& scan, std::uint32_t count) override;
  RowCollector* by_rows() override;

  /// After the scan, once. Points of the table are the scanned rows, its rows the anchors, both in ascending
  /// order of their matrix rows. Throws Interrupted when the progress sink says so.
  NeighborTable take_table(const PairScan& scan, Progress& progress = no_progress());

 private:
  std::size_t wanted() const override { return k_; }
  std::span<const std::uint32_t> group() const override { return group_; }
  std::vector<NearRow> nearest(std::uint32_t position) const override;
  void take(std::uint32_t position, std::span<const NearRow> nearest) override;

  /// `take`: the buffers are taken apart as the table grows.
  NeighborTable table_of(const PairScan& scan, std::uint32_t count, std::size_t k, bool take,
                         Progress& progress);

  std::size_t k_;
  std::vector<std::uint32_t> group_;
  std::unique_ptr<CandidateBuffers> buffers_;
  std::size_t prefix_k_ = 0;
  std::function<void(const NeighborTable&)> receive_;
};

}  // namespace fathom
