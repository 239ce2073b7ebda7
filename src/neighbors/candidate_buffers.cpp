#include "neighbors/candidate_buffers.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "fathom/core/parallel.h"
#include "fathom/neighbors/candidate_room.h"
#include "neighbors/codes.h"

namespace fathom {

namespace {

/// Whether all bounds are squared distances, and these below 2^32.
bool distances_are_small(const PairScan& scan) {
  return scan.bounds_are_exact() && scan.rows_are_bytes() && scan.components() <= Codes::most_components;
}

/// Smallest number that `wanted` of some numbers do not exceed.
double rank_of(std::vector<double>& values, std::size_t wanted) {
  const auto kth = values.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::nth_element(values.begin(), kth, values.end());
  return *kth;
}

}  // namespace

CandidateBuffers::CandidateBuffers(const PairScan& scan, std::size_t neighbors)
    : k_(neighbors),
      capacity_(neighbors + candidate_room(neighbors, scan.components(), scan.bounds_are_exact())),
      lower_(scan.anchors() * capacity_, distances_are_small(scan)),
      key_(scan.anchors() * capacity_),
      count_(scan.anchors(), 0),
      threshold_(scan.anchors()),
      locks_(scan.anchors() / kStripe + 1) {
  for (auto& value : threshold_)
    value.store(std::numeric_limits<double>::infinity(), std::memory_order_relaxed);
}

void CandidateBuffers::set_nearest(std::uint32_t position, std::span<const NearRow> nearest) {
  FATHOM_CHECK(nearest.size() <= capacity_);
  const std::size_t first = position * capacity_;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    lower_.set(first + i, nearest[i].squared);
    key_[first + i] = nearest[i].row | kExact;
  }
  count_[position] = static_cast<std::uint32_t>(nearest.size());
}

double CandidateBuffers::upper_rank(const PairScan& scan, std::uint32_t position, std::size_t wanted) const {
  thread_local std::vector<double> uppers;
  uppers.resize(count_[position]);
  for (std::size_t i = 0; i < uppers.size(); ++i) uppers[i] = upper(scan, position, i);
  return rank_of(uppers, wanted);
}

void CandidateBuffers::make_exact(const PairScan& scan, std::uint32_t position, double limit) {
  thread_local std::vector<std::uint32_t> others;
  thread_local std::vector<SquaredDistance> squared;
  const auto open = [&](std::size_t at) { return !(key_[at] & kExact) && lower_[at] <= limit; };
  others.clear();
  const std::size_t first = position * capacity_, end = first + count_[position];
  for (std::size_t at = first; at < end; ++at) {
    if (open(at)) others.push_back(key_[at]);
  }
  squared.resize(others.size());
  scan.exact(scan.row(position), others, squared);
  for (std::size_t at = first, next = 0; at < end; ++at) {
    if (!open(at)) continue;
    lower_.set(at, squared[next++].value);
    key_[at] |= kExact;
  }
}

void CandidateBuffers::take_known(std::uint32_t position, std::vector<NearRow>& candidates) const {
  candidates.clear();
  for (std::size_t at = position * capacity_, end = at + count_[position]; at < end; ++at) {
    if (key_[at] & kExact) candidates.push_back({lower_[at], key_[at] & ~kExact});
  }
}

bool CandidateBuffers::all_known(std::uint32_t positions) const {
  for (std::uint32_t position = 0; position < positions; ++position) {
    const auto first = key_.begin() + static_cast<std::ptrdiff_t>(position * capacity_);
    const bool known =
        std::all_of(first, first + count_[position], [](std::uint32_t one) { return (one & kExact) != 0; });
    if (!known) return false;
  }
  return true;
}

bool CandidateBuffers::cut_by_bounds(const PairScan& scan, std::uint32_t position) {
  const double farthest = std::min(upper_rank(scan, position, k_), limit(position));
  const std::size_t first = position * capacity_;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_[position]; ++i) {
    if (lower_[first + i] > farthest) continue;
    lower_.set(first + kept, lower_[first + i]);
    key_[first + kept] = key_[first + i];
    ++kept;
  }
  count_[position] = static_cast<std::uint32_t>(kept);
  lower_limit(position, farthest);
  return kept <= capacity_ - (capacity_ - k_) / 4;
}

void CandidateBuffers::cut_by_distance(std::uint32_t position) {
  thread_local std::vector<NearRow> candidates;
  take_known(position, candidates);
  const std::size_t kept = std::min(k_, candidates.size());  // fewer where a guess has set the limit
  if (candidates.size() > k_) {
    const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(k_);
    std::nth_element(candidates.begin(), last - 1, candidates.end());
  }
  for (std::size_t i = 0; i < kept; ++i) {
    lower_.set(position * capacity_ + i, candidates[i].squared);
    key_[position * capacity_ + i] = candidates[i].row | kExact;
  }
  count_[position] = static_cast<std::uint32_t>(kept);
  if (candidates.size() >= k_) {
    lower_limit(
        position,
        std::max_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(k_))->squared);
  }
}

void CandidateBuffers::prune(const PairScan& scan, std::uint32_t position) {
  if (!scan.bounds_are_exact()) {
    if (cut_by_bounds(scan, position)) return;
    make_exact(scan, position, limit(position));  // bounds too wide to tell ties apart
  }
  cut_by_distance(position);
}

std::vector<std::uint32_t> CandidateBuffers::chained(const PairScan& scan, std::uint32_t positions) const {
  std::vector<std::uint32_t> order;
  std::vector<bool> taken(positions, false);
  for (std::uint32_t start = 0; start < positions; ++start) {
    for (std::optional<std::uint32_t> next = start; next && !taken[*next];) {
      const std::uint32_t position = *next;
      taken[position] = true;
      order.push_back(position);
      next.reset();
      double nearest = std::numeric_limits<double>::infinity();
      for (std::size_t at = position * capacity_, end = at + count_[position]; at < end; ++at) {
        const std::uint32_t other = scan.position(key_[at] & ~kExact);
        if (other >= positions || taken[other] || !(lower_[at] < nearest)) continue;
        nearest = lower_[at];
        next = other;
      }
    }
  }
  return order;
}

void CandidateBuffers::set_exact(std::uint32_t position, std::uint32_t other_row, double squared) {
  if (!holds(position)) return;
  const std::lock_guard held(locks_[position / kStripe]);
  const std::size_t first = position * capacity_;
  const auto begin = key_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto found = std::find(begin, begin + count_[position], other_row);
  if (found == begin + count_[position]) return;  // known already, or not a candidate there
  *found |= kExact;
  lower_.set(first + static_cast<std::size_t>(found - begin), squared);
}

void CandidateBuffers::choose(const PairScan& scan, std::uint32_t position, std::size_t wanted, bool first,
                              std::vector<std::uint32_t>& chosen) const {
  thread_local std::vector<double> values;
  values.clear();
  wanted = std::min<std::size_t>(wanted, count_[position]);
  if (wanted == 0) return;
  const std::size_t begin = position * capacity_, end = begin + count_[position];
  for (std::size_t at = begin; at < end; ++at) {
    values.push_back(first ? lower_[at] : upper(scan, position, at - begin));
  }
  const double farthest = rank_of(values, wanted);
  for (std::size_t at = begin; at < end; ++at) {
    if (!(key_[at] & kExact) && lower_[at] <= farthest) chosen.push_back(scan.position(key_[at]));
  }
}

void CandidateBuffers::settle(const PairScan& scan, std::span<const std::uint32_t> positions,
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

void CandidateBuffers::copy(std::uint32_t from, std::uint32_t to) {
  const std::size_t source = from * capacity_, target = to * capacity_;
  for (std::size_t i = 0; i < count_[from]; ++i) {
    lower_.set(target + i, lower_[source + i]);
    key_[target + i] = key_[source + i];
  }
  count_[to] = count_[from];
}

void CandidateBuffers::arrange(std::span<const std::uint32_t> from) {
  std::vector<bool> arranged(from.size(), false);
  std::vector<double> first_lower(capacity_);
  std::vector<std::uint32_t> first_key(capacity_);
  for (std::uint32_t start = 0; start < from.size(); ++start) {
    if (arranged[start]) continue;
    const std::size_t begin = start * capacity_, size = count_[start];
    for (std::size_t i = 0; i < size; ++i) {
      first_lower[i] = lower_[begin + i];
      first_key[i] = key_[begin + i];
    }
    std::uint32_t place = start;
    for (; from[place] != start; place = from[place]) {
      copy(from[place], place);
      arranged[place] = true;
    }
    for (std::size_t i = 0; i < size; ++i) {
      lower_.set(place * capacity_ + i, first_lower[i]);
      key_[place * capacity_ + i] = first_key[i];
    }
    count_[place] = static_cast<std::uint32_t>(size);
    arranged[place] = true;
  }
}

void CandidateBuffers::give_back(std::size_t position) {
  lower_.give_back(position * capacity_);
  detail::give_back_values(key_.data(), position * capacity_ * sizeof(std::uint32_t));
}

std::vector<NearRow> CandidateBuffers::nearest(std::uint32_t position, std::size_t wanted) const {
  std::vector<NearRow> candidates;
  take_known(position, candidates);
  wanted = std::min(wanted, candidates.size());
  const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::partial_sort(candidates.begin(), last, candidates.end());
  candidates.erase(last, candidates.end());
  return candidates;
}

}  // namespace fathom
