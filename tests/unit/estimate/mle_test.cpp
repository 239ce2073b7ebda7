#include "fathom/estimate/mle.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

// Two points whose neighbours lie at 1, 2, 4 and at 1, 1, 8. With k = 3:
//   S_1 = log 4 + log 2 = 3 log 2; S_2 = 2 log 8 = 6 log 2.
const LogDistances kTwoPoints = from_distances({{1, 2, 4}, {1, 1, 8}});
const double kLog2 = std::log(2.0);

TEST(Mle, ByHand) {
  EXPECT_NEAR(*mle_value(kTwoPoints, 3, MleVariant::pooled), 2 * 2 / (9 * kLog2), 1e-14);
  EXPECT_NEAR(*mle_value(kTwoPoints, 3, MleVariant::as_published), 2 * 1 / (9 * kLog2), 1e-14);
  EXPECT_NEAR(*mle_value(kTwoPoints, 3, MleVariant::mean), (2 / (3 * kLog2) + 2 / (6 * kLog2)) / 2, 1e-14);
  EXPECT_NEAR(*mle_value(kTwoPoints, 3, MleVariant::mean_unbiased), (1 / (3 * kLog2) + 1 / (6 * kLog2)) / 2,
              1e-14);
}

TEST(Mle, PublishedIsLowerByOneInKMinusOne) {
  const LogDistances torus = log_distances(flat_torus(300, 4, 20, 1));
  EXPECT_NEAR(*mle_value(torus, 20, MleVariant::as_published) / *mle_value(torus, 20, MleVariant::pooled),
              18.0 / 19.0, 1e-14);
}

TEST(Mle, UnitsDoNotMatter) {
  const LogDistances scaled = from_distances({{10, 20, 40}, {10, 10, 80}});
  EXPECT_NEAR(*mle_value(scaled, 3, MleVariant::pooled), *mle_value(kTwoPoints, 3, MleVariant::pooled),
              1e-14);
}

TEST(Mle, EveryKInOnePass) {
  const LogDistances torus = log_distances(flat_torus(200, 3, 24, 2));
  const std::vector<double> curve = mle_by_k(torus);
  ASSERT_EQ(curve.size(), 22u);
  for (std::size_t k = 3; k <= 24; ++k) {
    EXPECT_NEAR(curve[k - 3], *mle_value(torus, k, MleVariant::pooled), 1e-12 * curve[k - 3]) << k;
  }
}

TEST(Mle, AnalyticUncertaintyIsThatOfTheGamma) {
  // Quantiles of Gamma(4) at 2.5 % and 97.5 %: half those of chi-square with 8 degrees of freedom
  // (tables: 2.1797, 17.5345).
  const std::optional<DimensionEstimate> estimate = mle(kTwoPoints, 3, MleVariant::pooled);
  ASSERT_TRUE(estimate && estimate->analytic);
  EXPECT_NEAR(estimate->analytic->std_error, estimate->value / 2, 1e-12);
  EXPECT_NEAR(estimate->analytic->interval.low, estimate->value / 4 * 2.1797 / 2, 1e-4);
  EXPECT_NEAR(estimate->analytic->interval.high, estimate->value / 4 * 17.5345 / 2, 1e-4);
  EXPECT_EQ(estimate->n, 2u);
  EXPECT_EQ(*estimate->k, 3u);
}

TEST(Mle, PointsWithoutEnoughNeighboursAreLeftOut) {
  LogDistances logs(3);
  logs.append(std::vector<double>{0.0, kLog2, 2 * kLog2});
  logs.append(std::vector<double>{0.0});
  EXPECT_NEAR(*mle_value(logs, 3, MleVariant::pooled), 2 / (3 * kLog2), 1e-14);
  EXPECT_EQ(mle(logs, 3, MleVariant::pooled)->n, 1u);
}

TEST(Mle, EqualDistancesAtOnePointOnlyHurtTheMeanForms) {
  const LogDistances logs = from_distances({{1, 2, 4}, {3, 3, 3}});
  EXPECT_NEAR(*mle_value(logs, 3, MleVariant::pooled), 4 / (3 * kLog2), 1e-14);
  EXPECT_FALSE(mle_value(logs, 3, MleVariant::mean));
  EXPECT_FALSE(mle_value(logs, 3, MleVariant::mean_unbiased));
}

TEST(Mle, EqualDistancesEverywhereHaveNoDimension) {
  EXPECT_FALSE(mle_value(from_distances({{3, 3, 3}, {3, 3, 3}}), 3, MleVariant::pooled));
}

TEST(LogDistances, TakenOnesAreTheSame) {
  NeighborTable table = flat_torus(2500, 3, 12, 3);
  const LogDistances logs = log_distances(table), taken = take_log_distances(table, 2);
  ASSERT_EQ(taken.points(), 2500u);
  for (std::size_t i = 0; i < taken.points(); ++i) {
    ASSERT_TRUE(std::ranges::equal(taken.row(i), logs.row(i))) << i;
  }
  EXPECT_THROW(table.squared(2499), InternalError);
}

TEST(LogDistances, RefusesAZeroDistance) {
  NeighborTable table(1, 1);
  table.set_row(0, std::vector<SquaredDistance>{{0.0}}, std::vector<ImageIndex>{ImageIndex{0}});
  EXPECT_THROW(log_distances(table), InputError);
}

}  // namespace
}  // namespace fathom
