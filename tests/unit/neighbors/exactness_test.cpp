// Nothing is ever lost: neighbours of adversarial data, in every search mode, against a brute force, equal to
// the bit in distance and order.
//
// A failure names its case; FATHOM_CASE=17 runs that one alone. FATHOM_CASES sets how many cases are run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fathom/neighbors/nearest_neighbors.h"
#include "unit/neighbors/adversarial_case.h"
#include "unit/neighbors/brute_force.h"

namespace fathom {
namespace {

using adversary::Case;

constexpr std::uint64_t kShards = 10;  // which ctest runs side by side

/// What a table over some rows must hold.
struct Expected {
  std::vector<std::uint32_t> rows;  // ascending
  std::vector<std::vector<oracle::Neighbor>> neighbors;
};

Expected brute_force(const Case& test, const oracle::Distances& distances, std::uint32_t count,
                     std::size_t k) {
  Expected expected;
  expected.rows.assign(test.order.begin(), test.order.begin() + count);
  std::ranges::sort(expected.rows);
  for (const std::uint32_t row : expected.rows) {
    expected.neighbors.push_back(oracle::nearest(distances, row, expected.rows, k, test.group));
  }
  return expected;
}

/// Rows of the matrix that a run scans every pair of.
std::vector<bool> anchors_of(const Case& test, const PairScanOptions& run) {
  std::vector<bool> anchor(test.matrix.rows(), run.anchors == 0);
  for (std::size_t p = 0; p < std::min<std::size_t>(run.anchors, test.order.size()); ++p) {
    anchor[test.order[p]] = true;
  }
  return anchor;
}

/// Whether the table has the anchors' rows of what is expected, and no others.
testing::AssertionResult is_table(const NeighborTable& table, const Expected& expected,
                                  const std::vector<bool>& anchor) {
  if (table.points() != expected.rows.size())
    return testing::AssertionFailure() << table.points() << " points";
  std::size_t row = 0;
  for (std::size_t i = 0; i < expected.rows.size(); ++i) {
    if (!anchor[expected.rows[i]]) continue;
    if (row == table.rows() || table.place(row) != i) {
      return testing::AssertionFailure() << "no row for point " << i;
    }
    const auto difference = oracle::difference(table, row++, expected.neighbors[i]);
    if (difference) return testing::AssertionFailure() << *difference;
  }
  if (table.rows() != row) return testing::AssertionFailure() << table.rows() << " rows";
  return testing::AssertionSuccess();
}

/// The distances themselves, by sums that have 11 bits more and a wider range.
void expect_close_to_extended_precision(const Case& test, const NeighborTable& table,
                                        const std::vector<std::uint32_t>& rows) {
  const std::size_t cols = test.matrix.stored_cols();
  const double relative =
      test.element() == adversary::Element::byte ? 0.0 : oracle::defined_relative_error(cols);
  const double underflow = static_cast<double>(cols) * 0x1p-1074;
  constexpr std::size_t most = 200;  // rows: the same few lines have made all distances
  for (std::size_t i = 0; i < std::min(most, table.rows()); ++i) {
    const std::vector<double> own = oracle::values_of(test.matrix, rows[table.place(i)]);
    for (std::size_t j = 0; j < std::min<std::size_t>(table.found(i), 3); ++j) {
      const double sum =
          oracle::squared_distance(own, oracle::values_of(test.matrix, rows[number(table.index(i)[j])]));
      ASSERT_LE(std::abs(table.squared(i)[j].value - sum), relative * sum + underflow) << i << " " << j;
    }
  }
}

void check(const Case& test) {
  const oracle::Distances distances(test.matrix);
  std::vector<Expected> expected;
  for (const std::uint32_t prefix : test.prefixes) {
    const bool whole = prefix == test.order.size();
    expected.push_back(brute_force(test, distances, prefix, whole ? test.k : test.prefix_k));
  }
  for (const PairScanOptions& run : test.runs) {
    SCOPED_TRACE(describe(test) + "; " + adversary::describe(run));
    const std::vector<bool> anchor = anchors_of(test, run);
    PairScan scan(test.matrix, test.order, run);
    NearestNeighbors nearest(scan, test.k, test.group);
    std::size_t seen = 0;
    nearest.on_prefix(test.prefix_k, [&](const NeighborTable& table) {
      SCOPED_TRACE("prefix " + std::to_string(test.prefixes.at(seen)));
      EXPECT_TRUE(is_table(table, expected.at(seen), anchor));
      ++seen;
    });
    Collector* collectors[] = {&nearest};
    scan.run(collectors, test.prefixes, no_progress());
    EXPECT_EQ(seen, test.prefixes.size() - 1);
    const NeighborTable table = nearest.take_table(scan);
    const testing::AssertionResult same = is_table(table, expected.back(), anchor);
    EXPECT_TRUE(same);
    if (same) expect_close_to_extended_precision(test, table, expected.back().rows);
  }
}

class Exactness : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Exactness, NeighboursOfAdversarialRows) {
  const auto seeds = adversary::case_seeds(FATHOM_EXACTNESS_CASES, GetParam(), kShards);
  if (seeds.empty()) GTEST_SKIP() << "the cases asked for are run by another shard";
  for (const std::uint64_t seed : seeds) check(adversary::make_case(seed));
}

INSTANTIATE_TEST_SUITE_P(Shard, Exactness, testing::Range(std::uint64_t{0}, kShards));

}  // namespace
}  // namespace fathom
