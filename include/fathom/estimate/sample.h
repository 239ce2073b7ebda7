// What estimators of dimension look at: distinct points, their nearest neighbours, their rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/estimate/log_distances.h"
#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom {

/// Refers to what others hold. The rows of `neighbors` and of `distances` are the points measured: all, or
/// the anchors.
struct Sample {
  const RowMatrix& matrix;
  /// Of every point its row of the matrix, ascending; no two rows are equal.
  std::span<const std::uint32_t> rows;
  const NeighborTable& neighbors;  ///< its squared distances: see need_squared_distances()
  const LogDistances& distances;   ///< of `neighbors`
  /// Where not empty, of every row of the matrix a key: rows of one group are never neighbours.
  std::span<const std::uint32_t> groups = {};

  std::size_t points() const { return rows.size(); }
};

/// A sample of some of the points of another.
class PartOfSample {
 public:
  /// `points`: of the whole, ascending. Neighbours are the listed ones that are in the part, at most
  /// `neighbors`; a point may have fewer. What the whole refers to must outlive this.
  PartOfSample(const Sample& whole, std::span<const std::uint32_t> points, std::size_t neighbors);

  Sample sample() const { return {matrix_, rows_, table_, distances_, groups_}; }

 private:
  const RowMatrix& matrix_;
  std::vector<std::uint32_t> rows_;
  NeighborTable table_;
  LogDistances distances_;
  std::span<const std::uint32_t> groups_;
};

}  // namespace fathom
