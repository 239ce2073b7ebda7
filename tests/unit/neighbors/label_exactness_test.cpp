// Nothing is ever lost among pairs with different labels: nearest pairs and draws of adversarial data, in
// every search mode, against a loop over all pairs of images, equal to the bit. FATHOM_CASE and FATHOM_CASES
// as in exactness_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "fathom/neighbors/label_pairs.h"
#include "unit/neighbors/adversarial_case.h"
#include "unit/neighbors/brute_force.h"

namespace fathom {
namespace {

using adversary::Case;

/// All pairs of images that count, nearest first.
std::vector<LabelPair> brute_force(const RowMatrix& matrix, const LabelPairsRequest& request) {
  const oracle::Distances distances(matrix);
  std::vector<LabelPair> pairs;
  for (std::uint32_t i = 0; i < matrix.rows(); ++i) {
    for (std::uint32_t j = i + 1; j < matrix.rows(); ++j) {
      if (request.label[i] == request.label[j]) continue;
      if (!request.group.empty() && request.group[i] == request.group[j]) continue;
      const double squared = distances(i, j);
      if (squared > 0) pairs.push_back({ImageIndex{i}, ImageIndex{j}, {squared}});
    }
  }
  std::ranges::sort(pairs, [](const LabelPair& x, const LabelPair& y) {
    return std::tie(x.squared, x.a, x.b) < std::tie(y.squared, y.a, y.b);
  });
  return pairs;
}

std::optional<SquaredDistance> nearest_within(const std::vector<LabelPair>& pairs,
                                              const std::vector<std::uint32_t>& draw, std::size_t rows) {
  std::vector<bool> in(rows, false);
  for (const std::uint32_t image : draw) in[image] = true;
  for (const LabelPair& pair : pairs) {
    if (in[number(pair.a)] && in[number(pair.b)]) return pair.squared;
  }
  return std::nullopt;
}

LabelPairsRequest make_request(const Case& test, Generator& generator) {
  LabelPairsRequest request;
  const auto rows = static_cast<std::uint32_t>(test.matrix.rows());
  const std::uint64_t classes = 2 + uniform_below(generator, 4);
  for (std::uint32_t i = 0; i < rows; ++i) {
    request.label.push_back(static_cast<std::int32_t>(uniform_below(generator, classes)));
  }
  request.nearest = 1 + uniform_below(generator, 30);
  for (std::uint64_t d = uniform_below(generator, 80); d > 0; --d) {
    request.draws.push_back(random_permutation(rows, generator));
    request.draws.back().resize(2 + uniform_below(generator, rows - 1));
  }
  if (uniform_below(generator, 3) == 0) {
    request.group = adversary::make_groups(rows, generator);
  }
  return request;
}

void expect_equal(const LabelPairsResult& result, const LabelPairsRequest& request,
                  const std::vector<LabelPair>& expected, std::size_t rows) {
  EXPECT_EQ(result.pairs, expected.size());
  ASSERT_EQ(result.nearest.size(), std::min(request.nearest, expected.size()));
  for (std::size_t p = 0; p < result.nearest.size(); ++p) {
    ASSERT_EQ(result.nearest[p].squared, expected[p].squared) << "pair " << p;
    ASSERT_EQ(result.nearest[p].a, expected[p].a) << "pair " << p;
    ASSERT_EQ(result.nearest[p].b, expected[p].b) << "pair " << p;
  }
  ASSERT_EQ(result.draws.size(), request.draws.size());
  for (std::size_t d = 0; d < result.draws.size(); ++d) {
    ASSERT_EQ(result.draws[d], nearest_within(expected, request.draws[d], rows)) << "draw " << d;
  }
}

std::vector<std::uint32_t> order_of(const Duplicates& duplicates, std::uint64_t seed) {
  std::vector<std::uint32_t> order = duplicates.distinct;
  Generator generator = make_generator(seed, 0x6f72646572);
  shuffle(std::span(order), generator);
  return order;
}

/// The result of a scan in a seeded order.
LabelPairsResult scan(const RowMatrix& matrix, const LabelPairsRequest& request, const PairScanOptions& run,
                      std::uint64_t seed = 0) {
  const Duplicates duplicates = find_duplicates(matrix, 1);
  PairScan pairs(matrix, order_of(duplicates, seed), run);
  LabelPairs labels(pairs, duplicates, request);
  Collector* collectors[] = {&labels};
  const std::uint32_t prefix[] = {pairs.size()};
  pairs.run(collectors, prefix, no_progress());
  return labels.result(pairs);
}

/// Images whose pairs a run compares: anchors and their copies.
std::vector<bool> anchors_of(const RowMatrix& matrix, const PairScanOptions& run, std::uint64_t seed) {
  const Duplicates duplicates = find_duplicates(matrix, 1);
  const std::vector<std::uint32_t> order = order_of(duplicates, seed);
  std::vector<bool> row(matrix.rows(), run.anchors == 0), image(matrix.rows());
  for (std::size_t p = 0; p < std::min<std::size_t>(run.anchors, order.size()); ++p) row[order[p]] = true;
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = row[duplicates.first[i]];
  return image;
}

void check(const Case& test) {
  Generator generator = make_generator(test.seed, 0x6c6162656c);
  const LabelPairsRequest all = make_request(test, generator);
  const std::vector<LabelPair> pairs = brute_force(test.matrix, all);
  for (const PairScanOptions& run : test.runs) {
    SCOPED_TRACE(describe(test) + "; " + adversary::describe(run));
    const std::vector<bool> anchor = anchors_of(test.matrix, run, test.seed);
    LabelPairsRequest request = all;
    for (auto& draw : request.draws) std::erase_if(draw, [&](std::uint32_t image) { return !anchor[image]; });
    std::vector<LabelPair> expected = pairs;
    std::erase_if(expected,
                  [&](const LabelPair& pair) { return !anchor[number(pair.a)] && !anchor[number(pair.b)]; });
    expect_equal(scan(test.matrix, request, run, test.seed), request, expected, test.matrix.rows());
  }
}

/// Rows of one component.
RowMatrix points(const std::vector<double>& places) {
  Matrix<double> rows(places.size(), 1);
  for (std::size_t i = 0; i < places.size(); ++i) rows.row(i)[0] = places[i];
  RowMatrix matrix;
  matrix.stored = std::move(rows);
  return matrix;
}

TEST(LabelExactness, TiesAreOrderedByImagesAndNotByTheRowsTheyShare) {
  // Equal steps along a line, labels in turn, so that all neighbours tie. Image 40 is a copy of image 0 with
  // the other label: of these two only image 40 makes a pair with image 1, and (1, 2) comes before (1, 40).
  std::vector<double> place;
  LabelPairsRequest request;
  for (int i = 0; i < 40; ++i) {
    place.push_back(5.0 * i);
    request.label.push_back(i == 0 ? 1 : i % 2);
  }
  place.push_back(0.0);
  request.label.push_back(0);
  request.nearest = 1;
  const LabelPairsResult result = scan(points(place), request, {1, SimdLevel::scalar});
  ASSERT_EQ(result.nearest.size(), 1u);
  EXPECT_EQ(number(result.nearest[0].a), 1u);
  EXPECT_EQ(number(result.nearest[0].b), 2u);
}

TEST(LabelExactness, CopiesOfOneImageMayBelongToDifferentGroups) {
  const LabelPairsRequest request{{0, 0, 1}, 10, {{0, 1, 2}, {0, 2}}, {7, 8, 7}};
  const LabelPairsResult result = scan(points({0, 0, 5}), request, {1, SimdLevel::scalar});
  ASSERT_EQ(result.nearest.size(), 1u);
  EXPECT_EQ(number(result.nearest[0].a), 1u);
  EXPECT_EQ(number(result.nearest[0].b), 2u);
  EXPECT_EQ(result.pairs, 1u);
  ASSERT_TRUE(result.draws[0]);
  EXPECT_EQ(result.draws[0]->value, 25.0);
  EXPECT_FALSE(result.draws[1]);
}

TEST(LabelExactness, DistancesBelowTheRangeOfFloat64AreZero) {
  const LabelPairsRequest request{{0, 1, 1}, 10, {{0, 1}, {0, 2}}, {}};
  const LabelPairsResult result = scan(points({0, 1e-200, 1}), request, {1, SimdLevel::scalar});
  EXPECT_EQ(result.pairs, 1u);
  ASSERT_EQ(result.nearest.size(), 1u);
  EXPECT_EQ(number(result.nearest[0].b), 2u);
  EXPECT_FALSE(result.draws[0]);
}

TEST(LabelExactness, PairsOfAdversarialRows) {
  for (const std::uint64_t seed : adversary::case_seeds(FATHOM_EXACTNESS_CASES)) {
    check(adversary::make_case(seed, {400, 3e6}));
  }
}

}  // namespace
}  // namespace fathom
