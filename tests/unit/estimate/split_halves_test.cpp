#include "fathom/estimate/split_halves.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fathom/estimate/mle.h"
#include "fathom/estimate/twonn.h"
#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

HalfStatistic pooled(std::size_t k) {
  return {k, [k](const LogDistances& logs) { return mle_value(logs, k, MleVariant::pooled); }};
}
HalfStatistic two_nearest() {
  return {2, [](const LogDistances& logs) { return twonn_value(logs, TwonnVariant::ml); }};
}

// The law being tested is that of the spread over independent samples, which needs no theory.
TEST(SplitHalves, ErrorIsTheSpreadOverIndependentSamples) {
  constexpr int samples = 60;
  double mean[2] = {}, squares[2] = {}, claimed[2] = {};
  for (int s = 0; s < samples; ++s) {
    const NeighborTable table = flat_torus(400, 5, 40, 500 + static_cast<std::uint64_t>(s));
    const LogDistances logs = log_distances(table);
    const HalfStatistic statistics[] = {pooled(10), two_nearest()};
    const auto errors = split_half_errors(table, logs, statistics, {40, 9, 2});
    const double values[] = {std::log(*mle_value(logs, 10, MleVariant::pooled)),
                             std::log(*twonn_value(logs, TwonnVariant::ml))};
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(errors[static_cast<std::size_t>(i)]);
      mean[i] += values[i] / samples;
      squares[i] += values[i] * values[i] / samples;
      claimed[i] += *errors[static_cast<std::size_t>(i)] / samples;
    }
  }
  for (int i = 0; i < 2; ++i) {
    const double spread = std::sqrt((squares[i] - mean[i] * mean[i]) * samples / (samples - 1));
    // A standard deviation of 60 values has a relative error of 1 / sqrt(118) = 9 %; three of those.
    EXPECT_NEAR(claimed[i] / spread, 1.0, 0.28) << i;
  }
}

TEST(SplitHalves, IsTheSameForAnyThreadsAndDependsOnTheSeed) {
  const NeighborTable table = flat_torus(101, 3, 30, 3);
  const LogDistances logs = log_distances(table);
  const HalfStatistic statistics[] = {two_nearest()};
  const auto one = split_half_errors(table, logs, statistics, {20, 1, 1});
  EXPECT_EQ(one, split_half_errors(table, logs, statistics, {20, 1, 7}));
  EXPECT_NE(one, split_half_errors(table, logs, statistics, {20, 2, 1}));
}

TEST(SplitHalves, NothingWhereHalvesHaveTooFewNeighboursListed) {
  const NeighborTable table = flat_torus(200, 3, 12, 4);
  const HalfStatistic statistics[] = {pooled(10), two_nearest()};
  const auto errors = split_half_errors(table, log_distances(table), statistics, {10, 1, 1});
  EXPECT_FALSE(errors[0]);
  EXPECT_TRUE(errors[1]);
}

TEST(SplitHalves, ListedNeighboursAreEnough) {
  for (const std::size_t k : {2, 10, 20, 50}) {
    const double listed = static_cast<double>(neighbors_for_halves(k));
    EXPECT_GE(listed / 2 - 3.09 * std::sqrt(listed) / 2, static_cast<double>(k) - 0.5) << k;
    EXPECT_LT(listed, 4.0 * static_cast<double>(k) + 12) << k;
  }
}

}  // namespace
}  // namespace fathom
