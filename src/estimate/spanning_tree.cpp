#include "estimate/spanning_tree.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>

#include "fathom/neighbors/pair_scan.h"

namespace fathom {

namespace {

constexpr auto kOutside = std::numeric_limits<std::uint32_t>::max();
constexpr double kNone = std::numeric_limits<double>::infinity();

/// Of every tree the nearest pair that leads out of it.
class NearestOutside : public Collector {
 public:
  struct Pair {
    double squared = kNone;
    std::uint32_t first = 0, second = 0;  ///< positions
  };

  /// `tree` of every position.
  NearestOutside(std::vector<std::uint32_t> tree, std::size_t trees, std::span<const std::uint32_t> groups)
      : tree_(std::move(tree)),
        groups_(groups),
        limit_(std::make_unique<std::atomic<double>[]>(trees)),
        nearest_(trees) {
    for (std::size_t t = 0; t < trees; ++t) limit_[t] = kNone;
  }

  double limit(std::uint32_t position) const override { return limit_[tree_[position]]; }

  void collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned) override {
    for (const PairBound& pair : pairs) {
      const std::uint32_t a = tree_[pair.first], b = tree_[pair.second];
      if (a == b || pair.lower > std::max<double>(limit_[a], limit_[b])) continue;
      const std::uint32_t row_a = scan.row(pair.first), row_b = scan.row(pair.second);
      if (!groups_.empty() && groups_[row_a] == groups_[row_b]) continue;
      const double squared = scan.bounds_are_exact() ? pair.lower : scan.exact(row_a, row_b).value;
      offer(a, {squared, pair.first, pair.second});
      offer(b, {squared, pair.first, pair.second});
    }
  }

  void prefix_complete(const PairScan&, std::uint32_t) override {}

  const Pair& nearest(std::size_t tree) const { return nearest_[tree]; }

 private:
  void offer(std::uint32_t tree, const Pair& pair) {
    if (pair.squared >= limit_[tree]) return;
    const std::lock_guard lock(mutex_);
    if (pair.squared >= limit_[tree]) return;
    nearest_[tree] = pair;
    limit_[tree] = pair.squared;
  }

  std::vector<std::uint32_t> tree_;
  std::span<const std::uint32_t> groups_;
  std::unique_ptr<std::atomic<double>[]> limit_;
  std::vector<Pair> nearest_;
  std::mutex mutex_;
};

}  // namespace

SpanningTree::SpanningTree(const Sample& whole, std::vector<std::uint32_t> points)
    : whole_(whole),
      points_(std::move(points)),
      row_(points_.size()),
      number_(whole.points(), kOutside),
      next_(points_.size(), 0),
      parent_(points_.size()),
      tree_(points_.size()),
      trees_(points_.size()) {
  std::iota(parent_.begin(), parent_.end(), 0u);
  std::iota(tree_.begin(), tree_.end(), 0u);
  for (std::uint32_t i = 0; i < points_.size(); ++i) number_[points_[i]] = i;
  for (std::uint32_t row = 0; row < whole.neighbors.rows(); ++row) {
    const std::uint32_t own = number_[whole.neighbors.place(row)];
    if (own != kOutside) row_[own] = row;
  }
}

std::uint32_t SpanningTree::top(std::uint32_t point) {
  while (parent_[point] != point) point = parent_[point] = parent_[parent_[point]];
  return point;
}

void SpanningTree::number_trees() {
  std::vector<std::uint32_t> number_of_top(points_.size(), kOutside);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < points_.size(); ++i) {
    std::uint32_t& number = number_of_top[top(i)];
    if (number == kOutside) number = count++;
    tree_[i] = number;
  }
  trees_ = count;
}

bool SpanningTree::add(std::vector<Edge>& shortest_of_tree) {
  const std::size_t before = squared_.size();
  for (const Edge& edge : shortest_of_tree) {
    if (edge.squared == kNone) continue;
    // Two trees may choose one edge, and equal edges may close a circle: any but one of them will do.
    const std::uint32_t a = top(edge.a), b = top(edge.b);
    if (a == b) continue;
    parent_[std::max(a, b)] = std::min(a, b);
    squared_.push_back(edge.squared);
  }
  number_trees();
  return squared_.size() > before;
}

bool SpanningTree::grow_by_lists_once() {
  std::vector<Edge> shortest(trees_, {kNone, 0, 0});
  std::vector<double> unlisted(trees_, kNone);  // pairs that no list has are as far as this, or farther
  for (std::uint32_t i = 0; i < points_.size(); ++i) {
    const std::uint32_t tree = tree_[i];
    const auto index = whole_.neighbors.index(row_[i]);
    const auto squared = whole_.neighbors.squared(row_[i]);
    std::uint32_t& next = next_[i];
    for (; next < index.size(); ++next) {
      const std::uint32_t other = number_[number(index[next])];
      if (other != kOutside && tree_[other] != tree) break;
    }
    if (next == index.size()) {
      const bool all_listed = index.size() + 1 == whole_.points();
      if (!all_listed) unlisted[tree] = std::min(unlisted[tree], index.empty() ? 0.0 : squared.back().value);
    } else if (squared[next].value < shortest[tree].squared) {
      shortest[tree] = {squared[next].value, i, number_[number(index[next])]};
    }
  }
  for (std::size_t tree = 0; tree < trees_; ++tree) {
    if (shortest[tree].squared > unlisted[tree]) shortest[tree].squared = kNone;
  }
  return add(shortest);
}

void SpanningTree::grow_by_lists() {
  while (trees_ > 1 && grow_by_lists_once()) {
  }
}

bool SpanningTree::grow_by_scans(const EstimatorSettings& settings, Progress& progress) {
  while (trees_ > 1) {
    progress.check();
    std::vector<std::size_t> size(trees_, 0);
    for (const std::uint32_t tree : tree_) ++size[tree];
    const auto largest = static_cast<std::uint32_t>(std::ranges::max_element(size) - size.begin());
    // Every edge between trees has an end outside the largest one.
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < points_.size(); ++i) {
      if (tree_[i] != largest) order.push_back(i);
    }
    const auto anchors = static_cast<std::uint32_t>(order.size());
    for (std::uint32_t i = 0; i < points_.size(); ++i) {
      if (tree_[i] == largest) order.push_back(i);
    }
    std::vector<std::uint32_t> rows, tree;
    for (const std::uint32_t i : order) {
      rows.push_back(whole_.rows[points_[i]]);
      tree.push_back(tree_[i]);
    }
    PairScan scan(whole_.matrix, rows, {settings.threads, settings.simd, settings.search, 1, anchors});
    NearestOutside nearest(std::move(tree), trees_, whole_.groups);
    Collector* collectors[] = {&nearest};
    const std::uint32_t prefixes[] = {scan.size()};
    scan.run(collectors, prefixes, progress);
    std::vector<Edge> shortest;
    for (std::size_t t = 0; t < trees_; ++t) {
      const auto& found = nearest.nearest(t);
      shortest.push_back({found.squared, order[found.first], order[found.second]});
    }
    if (!add(shortest)) return false;
    grow_by_lists();
  }
  return true;
}

double SpanningTree::length() const {
  std::vector<double> squared = squared_;
  std::ranges::sort(squared);
  double sum = 0.0;
  for (const double one : squared) sum += std::sqrt(one);
  return sum;
}

}  // namespace fathom
