#include "fathom/core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace fathom {
namespace {

TEST(AvailableThreads, IsAtLeastOne) {
  EXPECT_GE(available_threads(), 1u);
}

TEST(ParallelFor, CallsEveryIndexOnceAndWorkersAreInRange) {
  for (const unsigned threads : {0u, 1u, 2u, 7u, 64u}) {
    for (const std::size_t count : {0u, 1u, 2u, 5u, 1000u}) {
      std::vector<std::atomic<int>> calls(count);
      std::atomic<unsigned> largest{0};
      parallel_for(count, threads, [&](std::size_t index, unsigned worker) {
        ++calls[index];
        for (unsigned seen = largest; worker > seen && !largest.compare_exchange_weak(seen, worker);) {
        }
      });
      for (const auto& called : calls) EXPECT_EQ(called, 1);
      EXPECT_LT(largest, std::max(threads, 1u));
    }
  }
}

TEST(ParallelFor, OneThreadIsTheCallersInOrder) {
  const auto caller = std::this_thread::get_id();
  std::vector<std::size_t> order;
  parallel_for(5, 1, [&](std::size_t index, unsigned) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(index);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ParallelFor, RethrowsTheExceptionOfTheLowestIndex) {
  // Whether it is thrown after or before that of a higher index.
  for (const std::size_t late : {3u, 4u}) {
    std::atomic<int> running{0};
    try {
      parallel_for(6, 3, [&](std::size_t index, unsigned) {
        if (index < 3) return;
        ++running;
        while (running < 2) std::this_thread::yield();  // neither throws before both have begun
        if (index == late) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        throw std::runtime_error(std::to_string(index));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "3") << late << " is late";
    }
  }
}

TEST(ParallelFor, StopsHandingOutIndicesAfterAnException) {
  std::atomic<std::size_t> calls{0};
  EXPECT_THROW(parallel_for(1'000'000, 2,
                            [&](std::size_t, unsigned) {
                              ++calls;
                              throw std::runtime_error("");
                            }),
               std::runtime_error);
  EXPECT_LE(calls, 2u);
}

}  // namespace
}  // namespace fathom
