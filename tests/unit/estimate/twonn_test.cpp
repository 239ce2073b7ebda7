#include "fathom/estimate/twonn.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

// log mu = 1, 2, 3, 4 in some order.
LogDistances four_points() {
  LogDistances logs(2);
  for (const double ratio : {3.0, 1.0, 4.0, 2.0}) logs.append(std::vector<double>{0.5, 0.5 + ratio});
  return logs;
}

TEST(Twonn, ByHand) {
  EXPECT_NEAR(*twonn_value(four_points(), TwonnVariant::ml), 3.0 / 10.0, 1e-15);
  // F = 1/4, 2/4, 3/4 at 1, 2, 3: sum x y / sum x x over the lowest three (floor(0.9 * 4) = 3, and n - 1 =
  // 3).
  const double expected = (1 * std::log(4.0 / 3.0) + 2 * std::log(2.0) + 3 * std::log(4.0)) / 14.0;
  EXPECT_NEAR(*twonn_value(four_points(), TwonnVariant::linear), expected, 1e-15);
  EXPECT_NEAR(*twonn_value(four_points(), TwonnVariant::as_published), expected, 1e-15);
}

TEST(Twonn, LinearDropsTheHighestTenthAndPublishedTheLastOnly) {
  LogDistances logs(2);
  for (int i = 1; i <= 20; ++i) logs.append(std::vector<double>{0.0, i == 20 ? 1000.0 : 0.1 * i});
  double xy18 = 0, xx18 = 0, xy19 = 0, xx19 = 0;
  for (int i = 1; i <= 19; ++i) {
    const double x = 0.1 * i, y = -std::log(1 - i / 20.0);
    xy19 += x * y;
    xx19 += x * x;
    if (i > 18) continue;
    xy18 += x * y;
    xx18 += x * x;
  }
  EXPECT_NEAR(*twonn_value(logs, TwonnVariant::linear), xy18 / xx18, 1e-13);
  EXPECT_NEAR(*twonn_value(logs, TwonnVariant::as_published), xy19 / xx19, 1e-13);
}

TEST(Twonn, ExactQuantilesOfTheLawGiveTheDimensionBack) {
  // mu at the plotting positions of a Pareto law of dimension 7: the line fit is exact.
  LogDistances logs(2);
  for (int i = 1; i <= 100; ++i)
    logs.append(std::vector<double>{0.0, i == 100 ? 5.0 : -std::log1p(-i / 100.0) / 7.0});
  EXPECT_NEAR(*twonn_value(logs, TwonnVariant::linear), 7.0, 1e-12);
  EXPECT_NEAR(*twonn_value(logs, TwonnVariant::as_published), 7.0, 1e-12);
}

TEST(Twonn, AnalyticInterval) {
  // Gamma(4, rate 3) quantiles: those of chi-square with 8 degrees of freedom (2.1797, 17.5345) over 2 * 3.
  const std::optional<DimensionEstimate> estimate = twonn(four_points(), TwonnVariant::ml);
  ASSERT_TRUE(estimate && estimate->analytic);
  EXPECT_NEAR(estimate->analytic->interval.low, 0.3 * 2.1797 / 6, 1e-5);
  EXPECT_NEAR(estimate->analytic->interval.high, 0.3 * 17.5345 / 6, 1e-5);
  EXPECT_NEAR(estimate->analytic->std_error, 0.15, 1e-12);
  EXPECT_FALSE(twonn(four_points(), TwonnVariant::linear)->analytic);
}

TEST(Twonn, NoRatiosNoDimension) {
  EXPECT_FALSE(twonn_value(from_distances({{1, 1}, {2, 2}, {3, 3}}), TwonnVariant::ml));
  EXPECT_FALSE(twonn_value(from_distances({{1, 2}, {1, 2}}), TwonnVariant::ml));
}

}  // namespace
}  // namespace fathom
