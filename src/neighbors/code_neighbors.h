// The rows whose codes are nearest, as a first guess of the rows that are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "neighbors/stripe_lock.h"

namespace fathom {

/// Of `count` positions from `first` on the `neighbors` nearest by squared code distance, ties at random.
class CodeNeighbors {
 public:
  CodeNeighbors(std::uint32_t first, std::size_t count, std::size_t neighbors);

  /// Pairs farther apart than this are of no use to a position. Only ever falls; 0 for other positions.
  std::uint32_t limit(std::uint32_t position) const {
    return holds(position) ? limit_[position - first_].load(std::memory_order_relaxed) : 0;
  }
  struct Pair {
    std::uint32_t first, second, squared;
  };
  void add(std::span<const Pair> pairs);
  /// The nearest positions found so far, in no order. Not while others add.
  std::vector<std::uint32_t> near(std::uint32_t position);

 private:
  struct Entry {
    std::uint32_t squared, position;
  };
  /// Wraps around for positions before the first.
  bool holds(std::uint32_t position) const { return position - first_ < limit_.size(); }
  void add(std::uint32_t position, std::uint32_t other, std::uint32_t squared, StripeLock& lock);
  void cut(std::size_t place);

  std::uint32_t first_;
  std::size_t neighbors_, capacity_;
  std::vector<Entry, detail::UnfilledAllocator<Entry>> entries_;
  std::vector<std::uint32_t> count_;
  std::vector<std::atomic<std::uint32_t>> limit_;
  std::vector<std::mutex> locks_;
};

}  // namespace fathom
