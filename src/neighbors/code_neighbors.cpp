#include "neighbors/code_neighbors.h"

#include <algorithm>
#include <limits>

namespace fathom {

namespace {

constexpr std::size_t kStripe = 64;  // positions that share a lock

}  // namespace

CodeNeighbors::CodeNeighbors(std::size_t positions, std::size_t neighbors)
    : neighbors_(neighbors),
      capacity_(neighbors + std::max<std::size_t>(16, neighbors / 4)),
      entries_(positions * capacity_),
      count_(positions, 0),
      limit_(positions),
      locks_(positions / kStripe + 1) {
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
  if (squared > limit(position) || position >= limit_.size()) return;
  lock.hold(position / kStripe);
  entries_[position * capacity_ + count_[position]] = {squared, other};
  if (++count_[position] == capacity_) cut(position);
}

void CodeNeighbors::cut(std::uint32_t position) {
  if (count_[position] <= neighbors_) return;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(position * capacity_);
  const auto last = first + static_cast<std::ptrdiff_t>(neighbors_ - 1);
  std::nth_element(first, last, first + count_[position],
                   [](const Entry& a, const Entry& b) { return a.squared < b.squared; });
  count_[position] = static_cast<std::uint32_t>(neighbors_);
  limit_[position].store(last->squared, std::memory_order_relaxed);
}

std::vector<std::uint32_t> CodeNeighbors::near(std::uint32_t position) {
  cut(position);
  std::vector<std::uint32_t> positions;
  for (std::size_t i = 0; i < count_[position]; ++i) {
    positions.push_back(entries_[position * capacity_ + i].position);
  }
  return positions;
}

}  // namespace fathom
