#include "neighbors/code_neighbors.h"

#include <algorithm>
#include <limits>

namespace fathom {

namespace {

constexpr std::size_t kStripe = 64;  // positions that share a lock

}  // namespace

CodeNeighbors::CodeNeighbors(std::uint32_t first, std::size_t count, std::size_t neighbors)
    : first_(first),
      neighbors_(neighbors),
      capacity_(neighbors + std::max<std::size_t>(16, neighbors / 4)),
      entries_(count * capacity_),
      count_(count, 0),
      limit_(count),
      locks_(count / kStripe + 1) {
  for (auto& limit : limit_)
    limit.store(std::numeric_limits<std::uint32_t>::max(), std::memory_order_relaxed);
}

void CodeNeighbors::add(std::span<const Pair> pairs) {
  {
    StripeLock lock(locks_);
    for (const Pair& pair : pairs) add(pair.first, pair.second, pair.squared, lock);
  }
  StripeLock lock(locks_);
  for (const Pair& pair : pairs) add(pair.second, pair.first, pair.squared, lock);
}

void CodeNeighbors::add(std::uint32_t position, std::uint32_t other, std::uint32_t squared,
                        StripeLock& lock) {
  if (squared > limit(position) || !holds(position)) return;
  const std::size_t place = position - first_;
  lock.hold(place / kStripe);
  entries_[place * capacity_ + count_[place]] = {squared, other};
  if (++count_[place] == capacity_) cut(place);
}

void CodeNeighbors::cut(std::size_t place) {
  if (count_[place] <= neighbors_) return;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(place * capacity_);
  const auto last = first + static_cast<std::ptrdiff_t>(neighbors_ - 1);
  std::nth_element(first, last, first + count_[place],
                   [](const Entry& a, const Entry& b) { return a.squared < b.squared; });
  count_[place] = static_cast<std::uint32_t>(neighbors_);
  limit_[place].store(last->squared, std::memory_order_relaxed);
}

std::vector<std::uint32_t> CodeNeighbors::near(std::uint32_t position) {
  const std::size_t place = position - first_;
  cut(place);
  std::vector<std::uint32_t> positions;
  for (std::size_t i = 0; i < count_[place]; ++i) {
    positions.push_back(entries_[place * capacity_ + i].position);
  }
  return positions;
}

}  // namespace fathom
