// The k nearest neighbours of every row, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "fathom/neighbors/pair_scan.h"

namespace fathom {

/// Nearest neighbours, nearest first; equal distances are ordered by index.
class NeighborTable {
 public:
  NeighborTable(std::size_t rows, std::size_t k)
      : k_(k), squared_(rows * k), index_(rows * k), found_(rows, 0) {}

  std::size_t rows() const { return found_.size(); }
  /// Neighbours asked for.
  std::size_t k() const { return k_; }
  /// Neighbours row i has: k(), or fewer where groups leave fewer.
  std::size_t found(std::size_t i) const { return found_[i]; }
  /// Squared distances of row i to its neighbours, in stored units.
  std::span<const SquaredDistance> squared(std::size_t i) const {
    return {squared_.data() + i * k_, found_[i]};
  }
  /// The neighbours of row i, as rows of this table.
  std::span<const ImageIndex> index(std::size_t i) const { return {index_.data() + i * k_, found_[i]}; }

  void set_row(std::size_t i, std::span<const SquaredDistance> squared, std::span<const ImageIndex> index);

 private:
  std::size_t k_;
  std::vector<SquaredDistance> squared_;
  std::vector<ImageIndex> index_;
  std::vector<std::uint32_t> found_;
};

/// Collects the nearest neighbours of every scanned row, and of the rows of every prefix.
class NearestNeighbors : public Collector {
 public:
  /// k >= 1. `group`, where not empty, has one key a matrix row: rows of one group are never neighbours.
  NearestNeighbors(const PairScan& scan, std::size_t k, std::vector<std::uint32_t> group = {});
  ~NearestNeighbors() override;

  /// Called at every prefix but the last with the table (its k as given here) over the prefix's rows in the
  /// order of their matrix rows.
  void on_prefix(std::size_t k, std::function<void(const NeighborTable&)> receive);

  double limit(std::uint32_t position) const override;
  void collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned worker) override;
  std::size_t neighbors_to_tighten() const override { return k_ + 12; }
  void tighten(const PairScan& scan, std::uint32_t position, std::span<const std::uint32_t> near) override;
  void prefix_complete(const PairScan& scan, std::uint32_t count) override;

  /// After the scan: row i of the table is the i-th scanned row in ascending order of matrix rows, and
  /// neighbours are given as rows of the table.
  NeighborTable take_table(const PairScan& scan);

 private:
  struct Buffers;

  NeighborTable table_of(const PairScan& scan, std::uint32_t count, std::size_t k);

  std::size_t k_;
  std::vector<std::uint32_t> group_;
  std::unique_ptr<Buffers> buffers_;
  std::size_t prefix_k_ = 0;
  std::function<void(const NeighborTable&)> receive_;
};

}  // namespace fathom
