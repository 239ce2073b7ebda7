#include "fathom/estimate/label_sharpness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fathom/neighbors/pair_scan.h"

namespace fathom {
namespace {

TEST(BalancedDraws, SameNumberOfEveryClass) {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 100; ++i) labels.push_back(i < 70 ? 0 : 1);
  const auto draws = balanced_draws(labels, 2, 40, 5, 1);
  ASSERT_EQ(draws.size(), 5u);
  std::set<std::vector<std::uint32_t>> different;
  for (const auto& draw : draws) {
    EXPECT_EQ(draw.size(), 40u);
    EXPECT_TRUE(std::ranges::is_sorted(draw));
    EXPECT_EQ(std::set<std::uint32_t>(draw.begin(), draw.end()).size(), 40u);
    EXPECT_EQ(std::ranges::count_if(draw, [](std::uint32_t i) { return i < 70; }), 20);
    different.insert(draw);
  }
  EXPECT_EQ(different.size(), 5u);
  EXPECT_EQ(draws, balanced_draws(labels, 2, 40, 5, 1));
  EXPECT_NE(draws, balanced_draws(labels, 2, 40, 5, 2));
}

TEST(BalancedDraws, TheSmallestClassSetsTheNumber) {
  const std::vector<std::int32_t> labels{0, 0, 0, 0, 0, 0, 1, 1, 1};
  for (const auto& draw : balanced_draws(labels, 2, 1000, 3, 1)) EXPECT_EQ(draw.size(), 6u);
}

TEST(LabelSharpness, ByHand) {
  std::vector<Record> records(3);
  for (std::size_t i = 0; i < 3; ++i) {
    records[i].path = std::to_string(i);
    records[i].labels = {i == 2 ? 1 : 0};
  }
  LabelPairsResult pairs;
  pairs.nearest = {{ImageIndex{1}, ImageIndex{2}, {25.0}}, {ImageIndex{0}, ImageIndex{2}, {100.0}}};
  pairs.draws = {SquaredDistance{25.0}, SquaredDistance{100.0}, std::nullopt};
  pairs.pairs = 2;
  pairs.quantiles = {SquaredDistance{64.0}, SquaredDistance{36.0}, SquaredDistance{25.0},
                     SquaredDistance{25.0}};
  const LabelSharpness sharpness = label_sharpness(pairs, records, 0, {"label", {"cat", "dog"}}, 0.1, 16, 2);
  EXPECT_NEAR(sharpness.smallest_distance.value, 0.5, 1e-15);
  EXPECT_NEAR(sharpness.value, 2.0, 1e-15);
  EXPECT_NEAR(sharpness.per_pixel, 0.5, 1e-15);
  EXPECT_NEAR(sharpness.per_rms, 8.0, 1e-14);
  EXPECT_EQ(sharpness.pairs[0].a, "1");
  EXPECT_EQ(sharpness.pairs[0].label_a, "cat");
  EXPECT_EQ(sharpness.pairs[0].label_b, "dog");
  EXPECT_NEAR(sharpness.quantiles[0], 1 / 0.8, 1e-14);
  EXPECT_EQ(sharpness.sampled.draws, 2u);
  EXPECT_NEAR(sharpness.sampled.mean, 1.5, 1e-14);
  EXPECT_NEAR(sharpness.sampled.sd, std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(sharpness.sampled.quantiles[1], 1.5, 1e-14);
}

TEST(LabelSharpness, NoPairIsRefused) {
  EXPECT_THROW(label_sharpness({}, {}, 0, {"label", {"a"}}, 1.0, 1, 0), InputError);
}

TEST(PublishedSharpness, IsAMaximumOverAFewOfThePairs) {
  // 1200 points on a line at 0, 1, ..., 1199 with labels by parity: every pair with different labels is an
  // odd distance apart, so any sampling finds 1 / an odd integer, at most 1.
  Matrix<float> points(1200, 1);
  std::vector<std::int32_t> labels;
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < 1200; ++i) {
    points.row(i)[0] = static_cast<float>(i);
    labels.push_back(static_cast<std::int32_t>(i % 2));
    order.push_back(i);
  }
  RowMatrix matrix;
  matrix.stored = std::move(points);
  const PairScan scan(matrix, order, {1, SimdLevel::scalar});
  const auto published = published_sharpness(scan, labels, 1.0, 3);
  ASSERT_TRUE(published);
  EXPECT_EQ(published->m, 1000u);
  // 2000 aligned pairs, half of them with different labels: binomial with sd 22; five of those.
  EXPECT_NEAR(static_cast<double>(published->pairs), 1000.0, 112.0);
  const double inverse = 1.0 / published->value;
  EXPECT_NEAR(inverse, std::round(inverse), 1e-9);
  EXPECT_EQ(static_cast<long>(std::round(inverse)) % 2, 1);
  EXPECT_FALSE(published_sharpness(scan, std::vector<std::int32_t>(1200, 0), 1.0, 3));
}

}  // namespace
}  // namespace fathom
