#include "fathom/neighbors/nearest_neighbors.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <utility>

#include "fathom/core/parallel.h"
#include "neighbors/stripe_lock.h"

namespace fathom {

NeighborTable::NeighborTable(std::size_t points, std::vector<std::uint32_t> place, std::size_t k)
    : points_(points),
      k_(k),
      place_(std::move(place)),
      squared_(place_.size() * k),
      index_(place_.size() * k),
      found_(place_.size(), 0) {
  FATHOM_CHECK(place_.size() <= points);
}

void NeighborTable::set_row(std::size_t i, std::span<const SquaredDistance> squared,
                            std::span<const ImageIndex> index) {
  FATHOM_CHECK(squared.size() == index.size() && squared.size() <= k_);
  std::ranges::copy(squared, squared_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  std::ranges::copy(index, index_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  found_[i] = static_cast<std::uint32_t>(squared.size());
}

namespace {

/// A neighbour that the bounds cannot rule out yet.
struct Candidate {
  double lower;
  std::uint32_t row;
  friend auto operator<=>(const Candidate&, const Candidate&) = default;  // (distance, index)
};

constexpr std::uint32_t kExact = std::uint32_t{1} << 31;  // mark of a candidate whose distance is known
constexpr std::size_t kStripe = 64;                       // positions that share a lock
constexpr std::size_t kComparedAtOnce = 8;                // rows of which the kernels take several together

}  // namespace

/// Of every anchor, an unordered buffer of candidates; full buffers are cut back to what may still matter.
struct NearestNeighbors::Buffers {
  /// Room beyond the k nearest: a little, so that thresholds fall soon; more where bounds are not exact, for
  /// what they cannot tell apart.
  Buffers(std::size_t positions, std::size_t neighbors, bool exact)
      : k(neighbors),
        capacity(neighbors + (exact ? std::max<std::size_t>(8, neighbors / 8)
                                    : std::max<std::size_t>(64, neighbors / 2))),
        lower(positions * capacity),
        key(positions * capacity),
        count(positions, 0),
        threshold(positions),
        locks(positions / kStripe + 1) {
    for (auto& value : threshold)
      value.store(std::numeric_limits<double>::infinity(), std::memory_order_relaxed);
  }

  std::size_t k, capacity;
  std::vector<double> lower;
  std::vector<std::uint32_t> key;
  std::vector<std::uint32_t> count;
  /// Candidates above it cannot be among the k nearest. Only ever falls, so an old value errs on the safe
  /// side.
  std::vector<std::atomic<double>> threshold;
  std::vector<std::mutex> locks;

  bool holds(std::uint32_t position) const { return position < count.size(); }
  double limit(std::uint32_t position) const { return threshold[position].load(std::memory_order_relaxed); }

  void lower_limit(std::uint32_t position, double to) {
    if (to < limit(position)) threshold[position].store(to, std::memory_order_relaxed);
  }

  double upper(const PairScan& scan, std::uint32_t position, std::size_t entry) const {
    const std::size_t at = position * capacity + entry;
    return key[at] & kExact ? lower[at] : scan.upper(scan.row(position), key[at], lower[at]);
  }

  void add(const PairScan& scan, std::uint32_t position, double bound, std::uint32_t other_row) {
    if (!(bound <= limit(position))) return;
    const std::size_t at = position * capacity + count[position];
    lower[at] = bound;
    key[at] = other_row | (scan.bounds_are_exact() ? kExact : 0);
    if (++count[position] == capacity) prune(scan, position);
  }

  /// Smallest value that at least `wanted` candidates are known not to exceed.
  double upper_rank(const PairScan& scan, std::uint32_t position, std::size_t wanted) const {
    thread_local std::vector<double> uppers;
    uppers.resize(count[position]);
    for (std::size_t i = 0; i < uppers.size(); ++i) uppers[i] = upper(scan, position, i);
    const auto kth = uppers.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
    std::nth_element(uppers.begin(), kth, uppers.end());
    return *kth;
  }

  void make_exact(const PairScan& scan, std::uint32_t position, double limit) {
    thread_local std::vector<std::uint32_t> others;
    thread_local std::vector<SquaredDistance> squared;
    const auto open = [&](std::size_t at) { return !(key[at] & kExact) && lower[at] <= limit; };
    others.clear();
    const std::size_t first = position * capacity, end = first + count[position];
    for (std::size_t at = first; at < end; ++at) {
      if (open(at)) others.push_back(key[at]);
    }
    squared.resize(others.size());
    scan.exact(scan.row(position), others, squared);
    for (std::size_t at = first, next = 0; at < end; ++at) {
      if (!open(at)) continue;
      lower[at] = squared[next++].value;
      key[at] |= kExact;
    }
  }

  /// Candidates whose distance is known.
  void take_known(std::uint32_t position, std::vector<Candidate>& candidates) const {
    candidates.clear();
    for (std::size_t at = position * capacity, end = at + count[position]; at < end; ++at) {
      if (key[at] & kExact) candidates.push_back({lower[at], key[at] & ~kExact});
    }
  }

  /// Drops what the bounds rule out. True when that made room.
  bool cut_by_bounds(const PairScan& scan, std::uint32_t position) {
    const double farthest = std::min(upper_rank(scan, position, k), limit(position));
    const std::size_t first = position * capacity;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count[position]; ++i) {
      if (lower[first + i] > farthest) continue;
      lower[first + kept] = lower[first + i];
      key[first + kept] = key[first + i];
      ++kept;
    }
    count[position] = static_cast<std::uint32_t>(kept);
    lower_limit(position, farthest);
    return kept <= capacity - (capacity - k) / 4;
  }

  /// Keeps the k nearest of candidates whose distances are all known, ties by index.
  void cut_by_distance(std::uint32_t position) {
    thread_local std::vector<Candidate> candidates;
    take_known(position, candidates);
    const std::size_t kept = std::min(k, candidates.size());  // fewer where a guess has set the limit
    if (candidates.size() > k) {
      const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(k);
      std::nth_element(candidates.begin(), last - 1, candidates.end());
    }
    for (std::size_t i = 0; i < kept; ++i) {
      lower[position * capacity + i] = candidates[i].lower;
      key[position * capacity + i] = candidates[i].row | kExact;
    }
    count[position] = static_cast<std::uint32_t>(kept);
    if (candidates.size() >= k) {
      lower_limit(
          position,
          std::max_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(k))->lower);
    }
  }

  void prune(const PairScan& scan, std::uint32_t position) {
    if (!scan.bounds_are_exact()) {
      if (cut_by_bounds(scan, position)) return;
      make_exact(scan, position, limit(position));  // bounds too wide to tell ties apart
    }
    cut_by_distance(position);
  }

  /// The first `positions`, each followed by its nearest candidate where that is yet to come: rows that one
  /// position compares with are then still in the cache for the next.
  std::vector<std::uint32_t> chained(const PairScan& scan, std::uint32_t positions) const {
    std::vector<std::uint32_t> order;
    std::vector<bool> taken(positions, false);
    for (std::uint32_t start = 0; start < positions; ++start) {
      for (std::optional<std::uint32_t> next = start; next && !taken[*next];) {
        const std::uint32_t position = *next;
        taken[position] = true;
        order.push_back(position);
        next.reset();
        double nearest = std::numeric_limits<double>::infinity();
        for (std::size_t at = position * capacity, end = at + count[position]; at < end; ++at) {
          const std::uint32_t other = scan.position(key[at] & ~kExact);
          if (other >= positions || taken[other] || !(lower[at] < nearest)) continue;
          nearest = lower[at];
          next = other;
        }
      }
    }
    return order;
  }

  /// The distance of a pair, for either of its positions.
  void set_exact(std::uint32_t position, std::uint32_t other_row, double squared) {
    if (!holds(position)) return;
    const std::lock_guard held(locks[position / kStripe]);
    const std::size_t first = position * capacity;
    const auto begin = key.begin() + static_cast<std::ptrdiff_t>(first);
    const auto found = std::find(begin, begin + count[position], other_row);
    if (found == begin + count[position]) return;  // known already, or not a candidate there
    *found |= kExact;
    lower[first + static_cast<std::size_t>(found - begin)] = squared;
  }

  /// What is known of the candidates of one position at one moment.
  struct Bounds {
    std::vector<double> upper;  // of every candidate
    std::vector<std::pair<Candidate, std::size_t>>
        open;  // those not compared yet, and their place in `upper`
    /// Smallest value that at least `wanted` candidates are known not to exceed.
    double limit(std::size_t wanted) {
      ranked = upper;
      const auto kth = ranked.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
      std::nth_element(ranked.begin(), kth, ranked.end());
      return *kth;
    }
    std::vector<double> ranked;
  };

  void take_bounds(const PairScan& scan, std::uint32_t position, Bounds& bounds) {
    bounds.upper.clear();
    bounds.open.clear();
    const std::lock_guard held(locks[position / kStripe]);
    for (std::size_t i = 0; i < count[position]; ++i) {
      const std::size_t at = position * capacity + i;
      bounds.upper.push_back(upper(scan, position, i));
      if (!(key[at] & kExact)) bounds.open.push_back({{lower[at], key[at]}, i});
    }
  }

  /// Finds the distances of the candidates that may be among the `wanted` nearest, nearest first by their
  /// bounds, since every known distance may rule others out. Other positions may be settled at the same time:
  /// a pair that is a candidate of both is compared once.
  void make_exact_for_both(const PairScan& scan, std::uint32_t position, std::size_t wanted) {
    thread_local Bounds bounds;
    take_bounds(scan, position, bounds);
    std::ranges::sort(bounds.open);
    const std::uint32_t row = scan.row(position);
    std::array<std::uint32_t, kComparedAtOnce> others{};
    std::array<SquaredDistance, kComparedAtOnce> squared{};
    std::size_t known = bounds.upper.size() - bounds.open.size();
    double limit = bounds.limit(wanted);
    for (std::size_t next = 0; next < bounds.open.size();) {
      if (known >= wanted) limit = bounds.limit(wanted);  // fewer rule nothing out
      std::size_t few = 0;
      for (; few < others.size() && next + few < bounds.open.size(); ++few) {
        if (bounds.open[next + few].first.lower > limit) break;
        others[few] = bounds.open[next + few].first.row;
      }
      if (few == 0) return;
      scan.exact(row, {others.data(), few}, squared);
      for (std::size_t i = 0; i < few; ++i) {
        bounds.upper[bounds.open[next + i].second] = squared[i].value;
        set_exact(position, others[i], squared[i].value);
        set_exact(scan.position(others[i]), row, squared[i].value);
      }
      next += few;
      known += few;
    }
  }

  /// The `wanted` nearest of a position among what has been scanned, their distances known.
  std::vector<Candidate> nearest(std::uint32_t position, std::size_t wanted) const {
    std::vector<Candidate> candidates;
    take_known(position, candidates);
    wanted = std::min(wanted, candidates.size());
    const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(wanted);
    std::partial_sort(candidates.begin(), last, candidates.end());
    candidates.erase(last, candidates.end());
    return candidates;
  }
};

NearestNeighbors::NearestNeighbors(const PairScan& scan, std::size_t k, std::vector<std::uint32_t> group)
    : k_(k),
      group_(std::move(group)),
      buffers_(std::make_unique<Buffers>(scan.anchors(), k, scan.bounds_are_exact())) {
  FATHOM_CHECK(k >= 1);
}

NearestNeighbors::~NearestNeighbors() = default;

void NearestNeighbors::on_prefix(std::size_t k, std::function<void(const NeighborTable&)> receive) {
  FATHOM_CHECK(k >= 1 && k <= k_);
  prefix_k_ = k;
  receive_ = std::move(receive);
}

double NearestNeighbors::limit(std::uint32_t position) const {
  return buffers_->holds(position) ? buffers_->limit(position) : -1.0;
}

void NearestNeighbors::collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned) {
  Buffers& buffers = *buffers_;
  const auto add = [&](std::uint32_t position, std::uint32_t other, double lower, StripeLock& lock) {
    if (!buffers.holds(position) || !(lower <= buffers.limit(position))) return;
    const std::uint32_t other_row = scan.row(other);
    if (!group_.empty() && group_[scan.row(position)] == group_[other_row]) return;
    lock.hold(position / kStripe);
    buffers.add(scan, position, lower, other_row);
  };
  {
    StripeLock lock(buffers.locks);
    for (const PairBound& pair : pairs) add(pair.first, pair.second, pair.lower, lock);
  }
  StripeLock lock(buffers.locks);
  for (const PairBound& pair : pairs) add(pair.second, pair.first, pair.lower, lock);
}

void NearestNeighbors::tighten(const PairScan& scan, std::uint32_t position,
                               std::span<const std::uint32_t> near) {
  const std::uint32_t row = scan.row(position);
  std::vector<double> squared;
  for (const std::uint32_t other : near) {
    if (group_.empty() || group_[row] != group_[scan.row(other)]) {
      squared.push_back(scan.upper(position, other));
    }
  }
  if (squared.size() < k_) return;
  const auto kth = squared.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
  std::nth_element(squared.begin(), kth, squared.end());
  buffers_->lower_limit(position, *kth);
}

NeighborTable NearestNeighbors::table_of(const PairScan& scan, std::uint32_t count, std::size_t k) {
  std::vector<std::uint32_t> by_row(count);  // positions in the order of their matrix rows
  for (std::uint32_t p = 0; p < count; ++p) by_row[p] = p;
  std::ranges::sort(by_row, {}, [&](std::uint32_t p) { return scan.row(p); });
  std::vector<std::uint32_t> rank(count == 0 ? 0 : scan.row(by_row.back()) + 1);
  for (std::uint32_t i = 0; i < count; ++i) rank[scan.row(by_row[i])] = i;

  const std::uint32_t anchors = std::min(count, scan.anchors());
  std::vector<std::uint32_t> place;  // of anchors, among all
  for (std::uint32_t i = 0; i < count; ++i) {
    if (by_row[i] < anchors) place.push_back(i);
  }
  NeighborTable table(count, place, k);
  constexpr std::size_t chunk = 32;
  if (!scan.bounds_are_exact()) {
    const std::vector<std::uint32_t> order = buffers_->chained(scan, anchors);
    parallel_for((anchors + chunk - 1) / chunk, scan.options().threads, [&](std::size_t index, unsigned) {
      for (std::size_t p = index * chunk; p < std::min<std::size_t>(anchors, (index + 1) * chunk); ++p) {
        const std::size_t wanted = std::min<std::size_t>(k, buffers_->count[order[p]]);
        if (wanted > 0) buffers_->make_exact_for_both(scan, order[p], wanted);
      }
    });
  }
  parallel_for((anchors + chunk - 1) / chunk, scan.options().threads, [&](std::size_t index, unsigned) {
    std::vector<SquaredDistance> squared;
    std::vector<ImageIndex> neighbors;
    for (std::size_t i = index * chunk; i < std::min<std::size_t>(anchors, (index + 1) * chunk); ++i) {
      squared.clear();
      neighbors.clear();
      for (const Candidate& candidate : buffers_->nearest(by_row[place[i]], k)) {
        squared.push_back({candidate.lower});
        neighbors.push_back(ImageIndex{rank[candidate.row]});
      }
      table.set_row(i, squared, neighbors);
    }
  });
  return table;
}

void NearestNeighbors::prefix_complete(const PairScan& scan, std::uint32_t count) {
  if (!receive_ || count == scan.size()) return;
  receive_(table_of(scan, count, prefix_k_));
}

NeighborTable NearestNeighbors::take_table(const PairScan& scan) {
  NeighborTable table = table_of(scan, scan.size(), k_);
  buffers_.reset();
  return table;
}

}  // namespace fathom
