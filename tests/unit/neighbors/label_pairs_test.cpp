// Pairs with different labels against a plain double loop over all images.
#include "fathom/neighbors/label_pairs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "unit/neighbors/brute_force.h"

namespace fathom {
namespace {

struct Expected {
  std::vector<LabelPair> pairs;  // all, nearest first
};

Expected brute_force(const RowMatrix& matrix, const std::vector<std::int32_t>& label) {
  Expected expected;
  for (std::uint32_t i = 0; i < label.size(); ++i) {
    for (std::uint32_t j = i + 1; j < label.size(); ++j) {
      if (label[i] == label[j]) continue;
      const double squared =
          oracle::squared_distance(oracle::values_of(matrix, i), oracle::values_of(matrix, j));
      if (squared > 0) expected.pairs.push_back({ImageIndex{i}, ImageIndex{j}, {squared}});
    }
  }
  std::ranges::sort(expected.pairs, [](const LabelPair& x, const LabelPair& y) {
    return std::tie(x.squared, x.a, x.b) < std::tie(y.squared, y.a, y.b);
  });
  return expected;
}

LabelPairsResult scan(const RowMatrix& matrix, LabelPairsRequest request,
                      PairScanOptions options = {2, best_simd_level()}) {
  const Duplicates duplicates = find_duplicates(matrix, 1);
  std::vector<std::uint32_t> order = duplicates.distinct;
  Generator generator = make_generator(11);
  shuffle(std::span(order), generator);
  PairScan pairs(matrix, order, options);
  LabelPairs labels(pairs, duplicates, std::move(request));
  Collector* collectors[] = {&labels};
  const std::uint32_t prefix[] = {pairs.size()};
  pairs.run(collectors, prefix, no_progress());
  return labels.result(pairs);
}

template <class T>
void check(std::size_t count, std::size_t cols, int classes, double spread) {
  const RowMatrix matrix = oracle::random_matrix<T>(count, cols, 31 + count, spread, 0);
  Generator generator = make_generator(32);
  LabelPairsRequest request;
  for (std::size_t i = 0; i < count; ++i) {
    request.label.push_back(
        static_cast<std::int32_t>(uniform_below(generator, static_cast<std::uint64_t>(classes))));
  }
  for (int d = 0; d < 70; ++d) {  // more than one 64-bit word of draws
    auto draw = random_permutation(static_cast<std::uint32_t>(count), generator);
    draw.resize(count / 3);
    request.draws.push_back(draw);
  }
  const LabelPairsResult result = scan(matrix, request);
  const Expected expected = brute_force(matrix, request.label);

  ASSERT_EQ(result.pairs, expected.pairs.size());
  ASSERT_EQ(result.nearest.size(), std::min<std::size_t>(10, expected.pairs.size()));
  for (std::size_t p = 0; p < result.nearest.size(); ++p) {
    EXPECT_EQ(result.nearest[p].a, expected.pairs[p].a) << p;
    EXPECT_EQ(result.nearest[p].b, expected.pairs[p].b) << p;
    EXPECT_NEAR(result.nearest[p].squared.value, expected.pairs[p].squared.value,
                1e-13 * expected.pairs[p].squared.value);
  }
  for (std::size_t d = 0; d < request.draws.size(); ++d) {
    std::vector<bool> in(count, false);
    for (const std::uint32_t image : request.draws[d]) in[image] = true;
    const auto first = std::ranges::find_if(
        expected.pairs, [&](const LabelPair& pair) { return in[number(pair.a)] && in[number(pair.b)]; });
    ASSERT_EQ(result.draws[d].has_value(), first != expected.pairs.end()) << d;
    if (result.draws[d]) {
      EXPECT_NEAR(result.draws[d]->value, first->squared.value, 1e-13 * first->squared.value) << d;
    }
  }
  for (std::size_t q = 0; q < quantile_levels.size() && !expected.pairs.empty(); ++q) {
    // Between two observations the quantile may lie anywhere.
    const double rank = (1.0 - quantile_levels[q]) * static_cast<double>(expected.pairs.size());
    const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(rank) - 1));
    const auto high = std::min(static_cast<std::size_t>(std::ceil(rank)), expected.pairs.size() - 1);
    EXPECT_GE(result.quantiles[q].value, expected.pairs[low].squared.value * (1 - 1e-12)) << q;
    EXPECT_LE(result.quantiles[q].value, expected.pairs[high].squared.value * (1 + 1e-12)) << q;
  }
}

TEST(LabelPairs, TwoClasses) {
  check<std::uint8_t>(300, 5, 2, 256);
}
TEST(LabelPairs, ManyClasses) {
  check<float>(500, 7, 9, 1);
}
TEST(LabelPairs, Doubles) {
  check<double>(300, 3, 2, 1);
}
TEST(LabelPairs, DuplicatesWithinAndAcrossClasses) {
  check<std::uint8_t>(200, 2, 3, 6);
}
TEST(LabelPairs, OneClassHasNoPairs) {
  check<std::uint8_t>(50, 3, 1, 256);
}

TEST(LabelPairs, TwoPointsAtAKnownDistance) {
  Matrix<std::uint8_t> matrix(2, 2);
  matrix.row(1)[0] = 3;
  matrix.row(1)[1] = 4;
  RowMatrix rows;
  rows.stored = std::move(matrix);
  const LabelPairsResult result = scan(rows, {{0, 1}, 10, {{0, 1}}, {}});
  ASSERT_EQ(result.nearest.size(), 1u);
  EXPECT_EQ(root(result.nearest[0].squared).value, 5.0);
  EXPECT_EQ(result.draws[0]->value, 25.0);
  for (const SquaredDistance quantile : result.quantiles) EXPECT_EQ(quantile.value, 25.0);
}

TEST(LabelPairs, PairsOfOneGroupAreLeftOut) {
  Matrix<std::uint8_t> matrix(3, 1);
  matrix.row(1)[0] = 1;
  matrix.row(2)[0] = 9;
  RowMatrix rows;
  rows.stored = std::move(matrix);
  const LabelPairsResult result = scan(rows, {{0, 1, 1}, 10, {}, {5, 5, 6}});
  ASSERT_EQ(result.nearest.size(), 1u);
  EXPECT_EQ(number(result.nearest[0].b), 2u);
}

TEST(LabelPairs, SameBitsForAnyThreadsAndLevel) {
  const RowMatrix matrix = oracle::random_matrix<float>(600, 21, 5, 1, 0);
  LabelPairsRequest request;
  for (int i = 0; i < 600; ++i) request.label.push_back(i % 3);
  request.draws.push_back(std::vector<std::uint32_t>{1, 5, 9, 14, 100, 599});
  const LabelPairsResult first = scan(matrix, request, {1, SimdLevel::scalar});
  for (const SimdLevel level : supported_simd_levels()) {
    for (const unsigned threads : {1u, 2u, 7u}) {
      const LabelPairsResult other = scan(matrix, request, {threads, level});
      EXPECT_EQ(first.pairs, other.pairs);
      EXPECT_EQ(first.quantiles, other.quantiles) << simd_name(level) << " " << threads;
      EXPECT_EQ(first.draws, other.draws);
      ASSERT_EQ(first.nearest.size(), other.nearest.size());
      for (std::size_t p = 0; p < first.nearest.size(); ++p) {
        EXPECT_EQ(first.nearest[p].a, other.nearest[p].a);
        EXPECT_EQ(first.nearest[p].b, other.nearest[p].b);
        EXPECT_EQ(first.nearest[p].squared, other.nearest[p].squared);
      }
    }
  }
}

}  // namespace
}  // namespace fathom
