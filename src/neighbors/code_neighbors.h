// The rows whose codes are nearest, as a first guess of the rows that are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "neighbors/stripe_lock.h"

namespace fathom {

/// Of the first `positions` the `neighbors` nearest by squared code distance, ties at random.
class CodeNeighbors {
 public:
  CodeNeighbors(std::size_t positions, std::size_t neighbors);

  /// Pairs farther apart than this are of no use to a position. Only ever falls; 0 for later positions.
  std::uint32_t limit(std::uint32_t position) const {
    return position < limit_.size() ? limit_[position].load(std::memory_order_relaxed) : 0;
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
  void add(std::uint32_t position, std::uint32_t other, std::uint32_t squared, StripeLock& lock);
  void cut(std::uint32_t position);

  std::size_t neighbors_, capacity_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> count_;
  std::vector<std::atomic<std::uint32_t>> limit_;
  std::vector<std::mutex> locks_;
};

}  // namespace fathom
