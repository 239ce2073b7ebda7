// The minimum spanning tree of points, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Boruvka's algorithm: every tree of a forest takes the shortest edge that leaves it, until one tree is
/// left. Listed neighbours prove most of these edges; where they end too early, a scan of the pairs between
/// trees finds them. No matrix of distances is made: it takes 30 bytes a point, and a scan what scans take.
class SpanningTree {
 public:
  /// `points` of the whole, in random order; each has its row in the table of neighbours. What the whole
  /// refers to must outlive this.
  SpanningTree(const Sample& whole, std::vector<std::uint32_t> points);

  /// Adds the edges that the listed neighbours prove.
  void grow_by_lists();
  /// Adds the rest. False where groups leave points that no pair joins. Throws Interrupted.
  [[nodiscard]] bool grow_by_scans(const EstimatorSettings& settings, Progress& progress);

  std::size_t trees() const { return trees_; }
  /// Sum of the lengths of the edges, in stored units, from the shortest on: the same bits for any way that
  /// found them.
  double length() const;

 private:
  struct Edge {
    double squared;
    std::uint32_t a, b;  ///< numbers of points, as given
  };

  bool grow_by_lists_once();
  /// False where no edge joins any two trees.
  bool add(std::vector<Edge>& shortest_of_tree);
  void number_trees();
  std::uint32_t top(std::uint32_t point);

  Sample whole_;
  std::vector<std::uint32_t> points_;  ///< of the whole
  std::vector<std::uint32_t> row_;     ///< of each of them, in the table
  std::vector<std::uint32_t> number_;  ///< of every point of the whole: its place in points_
  std::vector<std::uint32_t> next_;    ///< of each of them: listed neighbours passed over
  std::vector<std::uint32_t> parent_;  ///< union-find
  std::vector<std::uint32_t> tree_;    ///< of each of them, 0..trees - 1
  std::size_t trees_;
  std::vector<double> squared_;  ///< of the edges
};

}  // namespace fathom
