#include "fathom/neighbors/nearest_neighbors.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <utility>

#include "fathom/core/parallel.h"
#include "fathom/neighbors/candidate_room.h"
#include "neighbors/codes.h"
#include "neighbors/squared_values.h"
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

void NeighborTable::forget_squared(std::size_t before) {
  forgotten_ = std::max(forgotten_, before);
  detail::give_back_values(squared_.data(), before * k_ * sizeof(SquaredDistance));
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
constexpr std::size_t kSettledTogether = 1024;            // positions, between two looks at the progress

/// Whether all bounds are squared distances, and these below 2^32.
bool distances_are_small(const PairScan& scan) {
  return scan.bounds_are_exact() && scan.rows_are_bytes() && scan.components() <= Codes::most_components;
}

}  // namespace

/// Of every anchor, an unordered buffer of candidates; full buffers are cut back to what may still matter.
/// Buffers take no memory before their first candidate.
struct NearestNeighbors::Buffers {
  Buffers(const PairScan& scan, std::size_t neighbors)
      : k(neighbors),
        capacity(neighbors + candidate_room(neighbors, scan.components(), scan.bounds_are_exact())),
        lower(scan.anchors() * capacity, distances_are_small(scan)),
        key(scan.anchors() * capacity),
        count(scan.anchors(), 0),
        threshold(scan.anchors()),
        locks(scan.anchors() / kStripe + 1) {
    for (auto& value : threshold)
      value.store(std::numeric_limits<double>::infinity(), std::memory_order_relaxed);
  }

  std::size_t k, capacity;
  SquaredValues lower;
  std::vector<std::uint32_t, detail::UnfilledAllocator<std::uint32_t>> key;
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
    lower.set(at, bound);
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
      lower.set(at, squared[next++].value);
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

  /// Whether the distances of all candidates of the first positions are known.
  bool all_known(std::uint32_t positions) const {
    for (std::uint32_t position = 0; position < positions; ++position) {
      const auto first = key.begin() + static_cast<std::ptrdiff_t>(position * capacity);
      const bool known =
          std::all_of(first, first + count[position], [](std::uint32_t one) { return (one & kExact) != 0; });
      if (!known) return false;
    }
    return true;
  }

  /// Drops what the bounds rule out. True when that made room.
  bool cut_by_bounds(const PairScan& scan, std::uint32_t position) {
    const double farthest = std::min(upper_rank(scan, position, k), limit(position));
    const std::size_t first = position * capacity;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count[position]; ++i) {
      if (lower[first + i] > farthest) continue;
      lower.set(first + kept, lower[first + i]);
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
      lower.set(position * capacity + i, candidates[i].lower);
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
    lower.set(first + static_cast<std::size_t>(found - begin), squared);
  }

  /// Smallest number that `wanted` of some numbers do not exceed.
  static double rank_of(std::vector<double>& values, std::size_t wanted) {
    const auto kth = values.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
    std::nth_element(values.begin(), kth, values.end());
    return *kth;
  }

  /// Positions that one is to be compared with for its `wanted` nearest: at first those that are nearest by
  /// their lower bounds, and when these are known whatever may still be nearer.
  void choose(const PairScan& scan, std::uint32_t position, std::size_t wanted, bool first,
              std::vector<std::uint32_t>& chosen) const {
    thread_local std::vector<double> values;
    values.clear();
    wanted = std::min<std::size_t>(wanted, count[position]);
    if (wanted == 0) return;
    const std::size_t begin = position * capacity, end = begin + count[position];
    for (std::size_t at = begin; at < end; ++at) {
      values.push_back(first ? lower[at] : upper(scan, position, at - begin));
    }
    const double farthest = rank_of(values, wanted);
    for (std::size_t at = begin; at < end; ++at) {
      if (!(key[at] & kExact) && lower[at] <= farthest) chosen.push_back(scan.position(key[at]));
    }
  }

  /// Finds the distances of all candidates of these positions that may be among their `wanted` nearest. A
  /// pair that is a candidate of both is compared once.
  void settle(const PairScan& scan, std::span<const std::uint32_t> positions,
              std::vector<std::uint32_t>& rank, std::size_t wanted) {
    constexpr std::size_t chunk = 32;
    constexpr std::uint32_t elsewhere = std::numeric_limits<std::uint32_t>::max();
    const unsigned threads = scan.options().threads;
    const auto each = [&](const std::function<void(std::size_t)>& body) {
      parallel_for((positions.size() + chunk - 1) / chunk, threads, [&](std::size_t index, unsigned) {
        for (std::size_t i = index * chunk; i < std::min(positions.size(), (index + 1) * chunk); ++i) body(i);
      });
    };
    for (std::size_t i = 0; i < positions.size(); ++i) rank[positions[i]] = static_cast<std::uint32_t>(i);
    std::vector<std::vector<std::uint32_t>> chosen(positions.size()), once(positions.size());
    for (const bool first : {true, false}) {
      each([&](std::size_t i) {
        chosen[i].clear();
        choose(scan, positions[i], wanted, first, chosen[i]);
      });
      each([&](std::size_t i) {
        once[i].clear();
        for (const std::uint32_t other : chosen[i]) {
          const std::uint32_t place = other < rank.size() ? rank[other] : elsewhere;
          const bool listed_there = place < i && std::ranges::count(chosen[place], positions[i]) > 0;
          if (!listed_there) once[i].push_back(other);
        }
      });
      std::vector<RowPair> pairs;
      std::vector<std::size_t> start;
      for (std::size_t i = 0; i < positions.size(); ++i) {
        start.push_back(pairs.size());
        for (const std::uint32_t other : once[i]) pairs.push_back({scan.row(positions[i]), scan.row(other)});
      }
      std::vector<SquaredDistance> squared(pairs.size());
      scan.exact(pairs, squared, threads);
      each([&](std::size_t i) {
        for (std::size_t j = 0; j < once[i].size(); ++j) {
          const RowPair& pair = pairs[start[i] + j];
          set_exact(positions[i], pair.second, squared[start[i] + j].value);
          set_exact(once[i][j], pair.first, squared[start[i] + j].value);
        }
      });
    }
    for (const std::uint32_t position : positions) rank[position] = elsewhere;
  }

  void copy(std::uint32_t from, std::uint32_t to) {
    const std::size_t source = from * capacity, target = to * capacity;
    for (std::size_t i = 0; i < count[from]; ++i) {
      lower.set(target + i, lower[source + i]);
      key[target + i] = key[source + i];
    }
    count[to] = count[from];
  }

  /// Puts the buffer of position from[i] in place i, for all positions, each of which is there once. Nothing
  /// is scanned after that.
  void arrange(std::span<const std::uint32_t> from) {
    std::vector<bool> arranged(from.size(), false);
    std::vector<double> first_lower(capacity);
    std::vector<std::uint32_t> first_key(capacity);
    for (std::uint32_t start = 0; start < from.size(); ++start) {
      if (arranged[start]) continue;
      const std::size_t begin = start * capacity, size = count[start];
      for (std::size_t i = 0; i < size; ++i) {
        first_lower[i] = lower[begin + i];
        first_key[i] = key[begin + i];
      }
      std::uint32_t place = start;
      for (; from[place] != start; place = from[place]) {
        copy(from[place], place);
        arranged[place] = true;
      }
      for (std::size_t i = 0; i < size; ++i) {
        lower.set(place * capacity + i, first_lower[i]);
        key[place * capacity + i] = first_key[i];
      }
      count[place] = static_cast<std::uint32_t>(size);
      arranged[place] = true;
    }
  }

  /// The candidates of positions before this one are lost.
  void give_back(std::size_t position) {
    lower.give_back(position * capacity);
    detail::give_back_values(key.data(), position * capacity * sizeof(std::uint32_t));
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
    : k_(k), group_(std::move(group)), buffers_(std::make_unique<Buffers>(scan, k)) {
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

RowCollector* NearestNeighbors::by_rows() {
  buffers_->capacity = k_;  // rows come without what may still be nearer; so few pages are looked at
  return this;
}

std::vector<NearRow> NearestNeighbors::nearest(std::uint32_t position) const {
  std::vector<Candidate> candidates;
  buffers_->take_known(position, candidates);
  std::vector<NearRow> nearest;
  for (const Candidate& candidate : candidates) nearest.push_back({candidate.lower, candidate.row});
  return nearest;
}

void NearestNeighbors::take(std::uint32_t position, std::span<const NearRow> nearest) {
  FATHOM_CHECK(nearest.size() <= buffers_->capacity);
  const std::size_t first = position * buffers_->capacity;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    buffers_->lower.set(first + i, nearest[i].squared);
    buffers_->key[first + i] = nearest[i].row | kExact;
  }
  buffers_->count[position] = static_cast<std::uint32_t>(nearest.size());
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

NeighborTable NearestNeighbors::table_of(const PairScan& scan, std::uint32_t count, std::size_t k, bool take,
                                         Progress& progress) {
  std::vector<std::uint32_t> by_row(count);  // positions in the order of their matrix rows
  for (std::uint32_t p = 0; p < count; ++p) by_row[p] = p;
  std::ranges::sort(by_row, {}, [&](std::uint32_t p) { return scan.row(p); });
  std::vector<std::uint32_t> rank(count == 0 ? 0 : scan.row(by_row.back()) + 1);
  for (std::uint32_t i = 0; i < count; ++i) rank[scan.row(by_row[i])] = i;

  const std::uint32_t anchors = std::min(count, scan.anchors());
  std::vector<std::uint32_t> place, position;  // of anchors, among all and in the scan
  for (std::uint32_t i = 0; i < count; ++i) {
    if (by_row[i] >= anchors) continue;
    place.push_back(i);
    position.push_back(by_row[i]);
  }
  NeighborTable table(count, std::move(place), k);
  constexpr std::size_t chunk = 32;
  if (!buffers_->all_known(anchors)) {
    const std::vector<std::uint32_t> order = buffers_->chained(scan, anchors);
    std::vector<std::uint32_t> places(anchors, std::numeric_limits<std::uint32_t>::max());
    progress.begin("comparing the nearest directly", order.size());
    for (std::size_t first = 0; first < order.size(); first += kSettledTogether) {
      progress.check();
      const std::size_t count_now = std::min(kSettledTogether, order.size() - first);
      buffers_->settle(scan, std::span(order).subspan(first, count_now), places, k);
      progress.advance(count_now);
    }
    progress.end();
  }
  if (take) buffers_->arrange(position);
  const std::size_t piece = take ? std::max<std::size_t>(1024, anchors / 16) : std::max(1u, anchors);
  for (std::size_t first = 0; first < anchors; first += piece) {
    const std::size_t end = std::min<std::size_t>(anchors, first + piece);
    parallel_for((end - first + chunk - 1) / chunk, scan.options().threads, [&](std::size_t index, unsigned) {
      std::vector<SquaredDistance> squared;
      std::vector<ImageIndex> neighbors;
      const std::size_t start = first + index * chunk;
      for (std::size_t i = start; i < std::min(end, start + chunk); ++i) {
        squared.clear();
        neighbors.clear();
        const auto buffer = take ? static_cast<std::uint32_t>(i) : position[i];
        for (const Candidate& candidate : buffers_->nearest(buffer, k)) {
          squared.push_back({candidate.lower});
          neighbors.push_back(ImageIndex{rank[candidate.row]});
        }
        table.set_row(i, squared, neighbors);
      }
    });
    if (take) buffers_->give_back(end);
  }
  return table;
}

void NearestNeighbors::prefix_complete(const PairScan& scan, std::uint32_t count) {
  if (!receive_ || count == scan.size()) return;
  receive_(table_of(scan, count, prefix_k_, false, no_progress()));
}

NeighborTable NearestNeighbors::take_table(const PairScan& scan, Progress& progress) {
  NeighborTable table = table_of(scan, scan.size(), k_, true, progress);
  buffers_.reset();
  return table;
}

}  // namespace fathom
