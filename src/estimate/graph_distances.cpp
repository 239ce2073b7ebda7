#include "estimate/graph_distances.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

namespace fathom {

namespace {

bool lists(const NeighborTable& table, std::uint32_t point, std::uint32_t other, std::size_t k) {
  const auto index = table.index(point).first(std::min(k, table.found(point)));
  return std::ranges::find(index, ImageIndex{other}) != index.end();
}

/// use(point, other, squared) of every edge, once from either end.
template <class Use>
void for_each_edge(const NeighborTable& table, std::size_t k, Use use) {
  for (std::uint32_t i = 0; i < table.rows(); ++i) {
    const auto index = table.index(i).first(std::min(k, table.found(i)));
    const auto squared = table.squared(i);
    for (std::size_t j = 0; j < index.size(); ++j) {
      const std::uint32_t other = number(index[j]);
      use(i, other, squared[j]);
      if (!lists(table, other, i, k)) use(other, i, squared[j]);
    }
  }
}

}  // namespace

NeighborGraph::NeighborGraph(const NeighborTable& table, std::size_t k) : first_(table.rows() + 1, 0) {
  for_each_edge(table, k, [&](std::uint32_t i, std::uint32_t, SquaredDistance) { ++first_[i + 1]; });
  for (std::size_t i = 0; i < table.rows(); ++i) first_[i + 1] += first_[i];
  to_.resize(first_.back());
  length_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for_each_edge(table, k, [&](std::uint32_t i, std::uint32_t other, SquaredDistance squared) {
    to_[next[i]] = other;
    length_[next[i]++] = root(squared).value;
  });
}

std::vector<std::uint32_t> largest_component(const NeighborGraph& graph) {
  std::vector<bool> seen(graph.points(), false);
  std::vector<std::uint32_t> largest;
  for (std::uint32_t start = 0; start < graph.points(); ++start) {
    if (seen[start]) continue;
    std::vector<std::uint32_t> found{start};
    seen[start] = true;
    for (std::size_t at = 0; at < found.size(); ++at) {
      for (const std::uint32_t other : graph.neighbors(found[at])) {
        if (seen[other]) continue;
        seen[other] = true;
        found.push_back(other);
      }
    }
    if (found.size() > largest.size()) largest = std::move(found);
  }
  std::ranges::sort(largest);
  return largest;
}

std::vector<double> distances_from(const NeighborGraph& graph, std::uint32_t source) {
  std::vector<double> distance(graph.points(), std::numeric_limits<double>::infinity());
  using Reached = std::pair<double, std::uint32_t>;
  std::priority_queue<Reached, std::vector<Reached>, std::greater<>> open;
  distance[source] = 0.0;
  open.emplace(0.0, source);
  while (!open.empty()) {
    const Reached nearest = open.top();
    open.pop();
    if (nearest.first > distance[nearest.second]) continue;  // reached by a shorter way since
    const auto neighbors = graph.neighbors(nearest.second);
    const auto lengths = graph.lengths(nearest.second);
    for (std::size_t j = 0; j < neighbors.size(); ++j) {
      const double through = nearest.first + lengths[j];
      if (through >= distance[neighbors[j]]) continue;
      distance[neighbors[j]] = through;
      open.emplace(through, neighbors[j]);
    }
  }
  return distance;
}

}  // namespace fathom
