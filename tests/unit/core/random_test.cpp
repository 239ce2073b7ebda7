#include "fathom/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

namespace fathom {
namespace {

TEST(MakeGenerator, IsTheStandardTwisterSeededByTheStandardSequence) {
  // Worked out from the C++ standard ([rand.util.seedseq], [rand.eng.mers]) by an independent program in
  // Python.
  Generator generator = make_generator(0);
  EXPECT_EQ(generator(), 9826868804458059804ull);
  EXPECT_EQ(generator(), 10035197629148757060ull);
  Generator other = make_generator(0x123456789abcdef0u, 0x72616e64u);
  EXPECT_EQ(other(), 10048442786823105835ull);
}

TEST(MakeGenerator, EveryBitOfSeedAndStreamCounts) {
  std::set<std::uint64_t> first;
  for (const std::uint64_t seed : {0ull, 1ull, 1ull << 32, 1ull << 63}) {
    for (const std::uint64_t stream : {0ull, 1ull, 1ull << 32, 1ull << 63}) {
      Generator generator = make_generator(seed, stream);
      EXPECT_TRUE(first.insert(generator()).second) << seed << " " << stream;
    }
  }
}

TEST(UniformBelow, IsUniformOnASmallBound) {
  constexpr int draws = 70'000;
  Generator generator = make_generator(1);
  std::array<int, 7> counts{};
  for (int i = 0; i < draws; ++i) ++counts.at(uniform_below(generator, 7));
  double chi_squared = 0.0;
  for (const int count : counts) chi_squared += std::pow(count - draws / 7.0, 2) / (draws / 7.0);
  EXPECT_LT(chi_squared, 22.46);  // 6 degrees of freedom, exceeded once in 1000 seeds
}

TEST(UniformBelow, HasNoModuloBias) {
  // 3 * 2^62: a remainder of 64 bits would be below 2^62 in half of the draws, not a third.
  constexpr std::uint64_t bound = 3ull << 62;
  Generator generator = make_generator(2);
  int low = 0;
  for (int i = 0; i < 9000; ++i) {
    const std::uint64_t value = uniform_below(generator, bound);
    ASSERT_LT(value, bound);
    low += value < (1ull << 62) ? 1 : 0;
  }
  EXPECT_NEAR(low, 3000, 4 * std::sqrt(9000 * 2.0 / 9.0));
}

TEST(UniformBelow, BoundOneIsZero) {
  Generator generator = make_generator(3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(uniform_below(generator, 1), 0u);
}

TEST(UniformUnit, IsWithinTheHalfOpenInterval) {
  Generator generator = make_generator(4);
  double sum = 0.0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = uniform_unit(generator);
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 4 * std::sqrt(1.0 / 12.0 / 10'000));
}

TEST(StandardNormal, HasMeanZeroAndVarianceOne) {
  Generator generator = make_generator(5);
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = standard_normal(generator);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 10'000, 0.0, 4.0 / 100.0);
  EXPECT_NEAR(squares / 10'000, 1.0, 4.0 * std::sqrt(2.0) / 100.0);
}

TEST(RandomPermutation, HoldsEveryNumberOnce) {
  Generator generator = make_generator(6);
  for (const std::uint32_t count : {0u, 1u, 2u, 1000u}) {
    std::vector<std::uint32_t> order = random_permutation(count, generator);
    std::ranges::sort(order);
    std::vector<std::uint32_t> expected(count);
    std::iota(expected.begin(), expected.end(), 0u);
    EXPECT_EQ(order, expected);
  }
}

TEST(RandomPermutation, AllOrdersAreEquallyLikely) {
  Generator generator = make_generator(7);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) {
    const auto order = random_permutation(3, generator);
    ++counts.at(order[0] * 2 + (order[1] > order[2] ? 1 : 0));
  }
  double chi_squared = 0.0;
  for (const int count : counts) chi_squared += std::pow(count - 10'000.0, 2) / 10'000.0;
  EXPECT_LT(chi_squared, 20.52);  // 5 degrees of freedom, exceeded once in 1000 seeds
}

}  // namespace
}  // namespace fathom
