// Distances along the graph of nearest neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom {

/// Every point is joined to its k nearest, and to those of whose k nearest it is one.
class NeighborGraph {
 public:
  /// The table has a row for every point; those that list fewer neighbours have fewer edges.
  NeighborGraph(const NeighborTable& table, std::size_t k);

  std::size_t points() const { return first_.size() - 1; }
  std::span<const std::uint32_t> neighbors(std::size_t point) const {
    return std::span(to_).subspan(first_[point], first_[point + 1] - first_[point]);
  }
  /// In stored units, of the edges to neighbors().
  std::span<const double> lengths(std::size_t point) const {
    return std::span(length_).subspan(first_[point], first_[point + 1] - first_[point]);
  }

 private:
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> to_;
  std::vector<double> length_;
};

/// The largest set of points that paths join (the one of the lowest point, of equally large ones), ascending.
std::vector<std::uint32_t> largest_component(const NeighborGraph& graph);

/// Dijkstra's algorithm: lengths of the shortest paths to all points, infinite where there is none.
std::vector<double> distances_from(const NeighborGraph& graph, std::uint32_t source);

}  // namespace fathom
