#include "fathom/estimate/split_halves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fathom/core/random.h"
#include "fathom/estimate/mle.h"
#include "fathom/estimate/twonn.h"
#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

// The law being tested is that of the spread over independent samples, which needs no theory. `anchors`: of
// independent anchors too.
void expect_error_is_the_spread(std::size_t points, std::size_t anchors) {
  constexpr int samples = 60;
  double mean[2] = {}, squares[2] = {}, claimed[2] = {};
  for (int s = 0; s < samples; ++s) {
    const NeighborTable table = flat_torus(points, 5, 40, 500 + static_cast<std::uint64_t>(s), anchors);
    const LogDistances logs = log_distances(table);
    const PointStatistic statistics[] = {mle_statistic(10), twonn_statistic()};
    const auto errors = split_half_errors(table, logs, statistics, {40, 9, 2});
    const double values[] = {std::log(*mle_value(logs, 10, MleVariant::pooled)),
                             std::log(*twonn_value(logs, TwonnVariant::ml))};
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(errors[static_cast<std::size_t>(i)][0]);  // pooled, ml
      mean[i] += values[i] / samples;
      squares[i] += values[i] * values[i] / samples;
      claimed[i] += *errors[static_cast<std::size_t>(i)][0] / samples;
    }
  }
  for (int i = 0; i < 2; ++i) {
    const double spread = std::sqrt((squares[i] - mean[i] * mean[i]) * samples / (samples - 1));
    // A standard deviation of 60 values has a relative error of 1 / sqrt(118) = 9 %; three of those.
    EXPECT_NEAR(claimed[i] / spread, 1.0, 0.28) << i;
  }
}

TEST(SplitHalves, ErrorIsTheSpreadOverIndependentSamples) {
  expect_error_is_the_spread(400, 0);
}

TEST(SplitHalves, ErrorHoldsTheChoiceOfAnchors) {
  expect_error_is_the_spread(2000, 200);
}

TEST(SplitHalves, AnchorsAreThePointsTheyStandFor) {
  // The same rows, once as anchors of all points and once among the rows of all: which anchors lie in a half,
  // and which of their neighbours, is the same.
  constexpr std::size_t points = 300, listed = 30;
  const NeighborTable all = flat_torus(points, 3, listed, 5);
  std::vector<std::uint32_t> place;
  for (std::uint32_t i = 7; i < points; i += 3) place.push_back(i);
  NeighborTable anchors(points, place, listed);
  for (std::size_t row = 0; row < place.size(); ++row) {
    anchors.set_row(row, all.squared(place[row]), all.index(place[row]));
  }
  const auto numbers = [&](const NeighborTable& table) {
    LogDistances names(listed);
    for (std::size_t i = 0; i < table.rows(); ++i) {
      std::vector<double> row(listed);
      for (std::size_t j = 0; j < listed; ++j) row[j] = static_cast<double>(1000 * table.place(i) + j);
      names.append(row);
    }
    std::vector<std::vector<double>> seen;
    const PointStatistic statistic{5, [](std::span<const double> logs) { return logs.back(); }, 1,
                                   [&](std::span<double> values) {
                                     seen.emplace_back(values.begin(), values.end());
                                     return std::vector<std::optional<double>>{1.0};
                                   }};
    split_half_errors(table, names, std::span(&statistic, 1), {10, 3, 1});
    return seen;
  };
  std::vector<std::vector<double>> expected = numbers(all);
  for (auto& half : expected) {
    std::erase_if(half, [](double name) {
      const auto point = static_cast<std::uint32_t>(name) / 1000;
      return point < 7 || (point - 7) % 3 != 0;
    });
  }
  EXPECT_EQ(numbers(anchors), expected);
}

TEST(SplitHalves, IsTheSameForAnyThreadsAndDependsOnTheSeed) {
  const NeighborTable table = flat_torus(101, 3, 30, 3);
  const LogDistances logs = log_distances(table);
  const PointStatistic statistics[] = {twonn_statistic()};
  const auto one = split_half_errors(table, logs, statistics, {20, 1, 1});
  EXPECT_EQ(one, split_half_errors(table, logs, statistics, {20, 1, 7}));
  EXPECT_NE(one, split_half_errors(table, logs, statistics, {20, 2, 1}));
}

// What the statistics are given, told from numbers that name point and neighbour, without knowing the splits.
TEST(SplitHalves, NumbersAreThoseOfTheNearestWithinTheHalf) {
  constexpr std::size_t points = 201, listed = 70;  // one sits out; more neighbours than bits in a word
  constexpr unsigned splits = 10;                   // more than a batch
  const NeighborTable table = flat_torus(points, 3, listed, 8);
  LogDistances names(listed);
  for (std::size_t i = 0; i < points; ++i) {
    std::vector<double> row(listed);
    for (std::size_t j = 0; j < listed; ++j) row[j] = static_cast<double>(1000 * i + j);
    names.append(row);
  }
  std::vector<std::vector<std::vector<double>>> seen(3);
  std::vector<PointStatistic> statistics;
  for (const std::size_t rank : {1u, 5u, 20u}) {
    statistics.push_back({rank, [](std::span<const double> logs) { return logs.back(); }, 1,
                          [&, place = statistics.size()](std::span<double> numbers) {
                            seen[place].emplace_back(numbers.begin(), numbers.end());
                            return std::vector<std::optional<double>>{1.0};
                          }});
  }
  split_half_errors(table, names, statistics, {splits, 3, 1});
  for (const auto& calls : seen) ASSERT_EQ(calls.size(), 2 * splits);
  for (std::size_t call = 0; call < 2 * splits; ++call) {
    std::vector<bool> in_half(points, false);
    for (const double name : seen[0][call]) in_half[static_cast<std::size_t>(name) / 1000] = true;
    EXPECT_EQ(std::ranges::count(in_half, true), 100);
    if (call % 2 == 1) {
      for (const double name : seen[0][call - 1])
        EXPECT_FALSE(in_half[static_cast<std::size_t>(name) / 1000]);
    }
    for (std::size_t s = 0; s < statistics.size(); ++s) {
      std::vector<double> expected;
      for (std::size_t i = 0; i < points; ++i) {
        std::size_t rank = 0;
        for (std::size_t j = 0; j < listed && in_half[i]; ++j) {
          if (!in_half[number(table.index(i)[j])] || ++rank != statistics[s].neighbors) continue;
          expected.push_back(static_cast<double>(1000 * i + j));
        }
      }
      EXPECT_EQ(seen[s][call], expected) << call;
    }
  }
}

TEST(SplitHalves, NothingWhereHalvesHaveTooFewNeighboursListed) {
  const NeighborTable table = flat_torus(200, 3, 12, 4);
  const PointStatistic statistics[] = {mle_statistic(10), twonn_statistic()};
  const auto errors = split_half_errors(table, log_distances(table), statistics, {10, 1, 1});
  EXPECT_EQ(errors[0], std::vector<std::optional<double>>(4));
  EXPECT_TRUE(errors[1][0] && errors[1][1] && errors[1][2]);
}

// Numbers of many statistics of many points are kept for fewer splits at a time.
TEST(SplitHalves, ManyNumbersChangeNothing) {
  constexpr std::size_t points = 60'000;
  NeighborTable table(points, 8);
  Generator generator = make_generator(8);
  for (std::size_t i = 0; i < points; ++i) {
    std::vector<SquaredDistance> squared;
    std::vector<ImageIndex> index;
    for (std::uint32_t j = 1; j <= 8; ++j) {
      squared.push_back({(squared.empty() ? 1.0 : squared.back().value) + 0.1 + uniform_unit(generator)});
      index.push_back(ImageIndex{static_cast<std::uint32_t>((i + 31 * j) % points)});
    }
    table.set_row(i, squared, index);
  }
  const LogDistances logs = log_distances(table);
  // Whatever has too few neighbours in some halves has no error, so that one neighbour must do.
  const PointStatistic one{
      1, [](std::span<const double> row) { return row[0]; }, 1,
      [](std::span<double> numbers) {
        return std::vector<std::optional<double>>{std::accumulate(numbers.begin(), numbers.end(), 0.0) /
                                                  static_cast<double>(numbers.size())};
      }};
  const auto alone = split_half_errors(table, logs, std::vector{one}, {9, 3, 2});
  const auto among = split_half_errors(table, logs, std::vector(60, one), {9, 3, 2});
  ASSERT_TRUE(alone[0][0]);
  EXPECT_EQ(std::ranges::count(among, alone[0]), 60);
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
