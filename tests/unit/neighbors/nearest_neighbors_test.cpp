// Neighbours against a brute force that shares no code with the library: indices equal, distances of 8-bit
// rows equal, distances of floats within the error of a float64 sum. Ties are ordered by index on both sides.
#include "fathom/neighbors/nearest_neighbors.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

#include "unit/neighbors/brute_force.h"

namespace fathom {
namespace {

std::vector<std::uint32_t> all_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

NeighborTable scan(const RowMatrix& matrix, std::vector<std::uint32_t> order, std::size_t k,
                   const PairScanOptions& options = {2, best_simd_level()},
                   std::vector<std::uint32_t> group = {}) {
  PairScan pairs(matrix, std::move(order), options);
  NearestNeighbors nearest(pairs, k, std::move(group));
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefix[] = {pairs.size()};
  pairs.run(collectors, prefix, no_progress());
  return nearest.take_table(pairs);
}

std::vector<std::uint32_t> shuffled(std::vector<std::uint32_t> rows, std::uint64_t seed) {
  Generator generator = make_generator(seed);
  shuffle(std::span(rows), generator);
  return rows;
}

void expect_equal(const RowMatrix& matrix, const std::vector<std::uint32_t>& rows, const NeighborTable& table,
                  std::size_t k, const std::vector<std::uint32_t>& group = {}) {
  const auto expected = oracle::neighbors(matrix, rows, k, group);
  ASSERT_EQ(table.rows(), rows.size());
  const double cols = static_cast<double>(oracle::values_of(matrix, rows.front()).size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(table.found(i), expected[i].size()) << i;
    for (std::size_t j = 0; j < expected[i].size(); ++j) {
      const auto [squared, row] = expected[i][j];
      if (matrix.exact_integers()) {
        ASSERT_EQ(table.squared(i)[j].value, squared) << i << " " << j;
      } else {
        ASSERT_NEAR(table.squared(i)[j].value, squared, squared * (cols + 8) * 0x1p-53) << i << " " << j;
      }
      ASSERT_EQ(rows[number(table.index(i)[j])], row) << i << " " << j;
    }
  }
}

template <class T>
void check(std::size_t count, std::size_t cols, std::size_t k, double spread, double offset) {
  const RowMatrix matrix = oracle::random_matrix<T>(count, cols, count * 7919 + cols, spread, offset);
  const auto rows = all_rows(count);
  expect_equal(matrix, rows, scan(matrix, shuffled(rows, 5), k), k);
}

TEST(NearestNeighbors, Bytes) {
  for (const std::size_t count : {2, 3, 9, 64, 239, 240, 241, 500}) {
    for (const std::size_t cols : {1, 3, 16, 65, 784}) check<std::uint8_t>(count, cols, 20, 256, 0);
  }
}

TEST(NearestNeighbors, BytesWithManyTies) {
  check<std::uint8_t>(400, 2, 20, 3, 0);
}

TEST(NearestNeighbors, Floats) {
  for (const std::size_t count : {2, 33, 240, 500}) {
    for (const std::size_t cols : {1, 3, 16, 65, 784}) check<float>(count, cols, 20, 255, 0);
  }
}

/// So many components that squared distances of 8-bit rows reach beyond 2^32: a black row, white ones, and
/// noisy copies of a few others, whose neighbours bounds alone do not tell.
template <class T>
RowMatrix long_rows() {
  constexpr std::size_t count = 80, cols = 66'100, kinds = 6;
  RowMatrix matrix = oracle::random_matrix<T>(count, cols, 17, 256, 0);
  auto& rows = std::get<Matrix<T>>(matrix.stored);
  Generator generator = make_generator(18);
  for (std::size_t i = kinds; i < count; ++i) {
    for (std::size_t k = 0; k < cols; ++k) {
      const auto noise = static_cast<int>(uniform_below(generator, 9 + i)) - static_cast<int>(8 + i) / 2;
      rows.row(i)[k] = static_cast<T>(std::clamp(static_cast<int>(rows.row(i % kinds)[k]) + noise, 0, 255));
    }
  }
  std::ranges::fill(rows.row(20), T{0});
  for (const std::size_t white : {21, 22, 23}) std::ranges::fill(rows.row(white), T{255});
  return matrix;
}

template <class T>
void expect_long_rows_are_exact() {
#if defined(FATHOM_SANITIZE_THREAD)
  GTEST_SKIP() << "two minutes under the thread sanitizer, which sees the same threads on shorter rows";
#endif
  const RowMatrix matrix = long_rows<T>();
  const auto rows = all_rows(matrix.rows());
  constexpr std::size_t k = 4;
  const NeighborTable first =
      scan(matrix, shuffled(rows, 5), k, {2, best_simd_level(), SearchMode::filter, k});
  expect_equal(matrix, rows, first, k);
  for (const SimdLevel level : supported_simd_levels()) {
    for (const SearchMode search : {SearchMode::tiles, SearchMode::rows, SearchMode::filter}) {
      const NeighborTable other = scan(matrix, shuffled(rows, 6), k, {2, level, search, k});
      for (std::size_t i = 0; i < rows.size(); ++i) {
        ASSERT_TRUE(std::ranges::equal(first.squared(i), other.squared(i))) << simd_name(level) << " " << i;
        ASSERT_TRUE(std::ranges::equal(first.index(i), other.index(i))) << simd_name(level) << " " << i;
      }
    }
  }
}

TEST(NearestNeighbors, LongRowsOfBytes) {
  expect_long_rows_are_exact<std::uint8_t>();
}

TEST(NearestNeighbors, LongRowsOfFloats) {
  expect_long_rows_are_exact<float>();
}

TEST(NearestNeighbors, Doubles) {
  for (const std::size_t count : {2, 33, 500}) {
    for (const std::size_t cols : {1, 3, 16, 65}) check<double>(count, cols, 20, 1, 0);
  }
}

TEST(NearestNeighbors, LargeOffsetsCostNothingButTime) {
  check<double>(300, 5, 10, 1, 1e6);
  check<float>(300, 5, 10, 100, 1e6);
}

TEST(NearestNeighbors, OneHugeOutlier) {
  RowMatrix matrix = oracle::random_matrix<double>(300, 10, 3, 1, 0);
  for (double& value : std::get<Matrix<double>>(matrix.stored).row(17)) value = 1e12;
  const auto rows = all_rows(300);
  expect_equal(matrix, rows, scan(matrix, rows, 10), 10);
}

TEST(NearestNeighbors, NearDuplicatesThatTheNormFormCannotTellApart) {
  // Differences of 1 in 200 of 50,176 components: |x|^2 + |y|^2 - 2xy in float32 gives 0 here.
  Matrix<float> matrix(60, 50176);
  Generator generator = make_generator(9);
  for (std::size_t k = 0; k < 50176; ++k) {
    matrix.row(0)[k] = static_cast<float>(uniform_below(generator, 256)) + 0.37f;
  }
  for (std::size_t i = 1; i < 60; ++i) {
    std::ranges::copy(matrix.row(0), matrix.row(i).begin());
    for (std::size_t k = 0; k < 200 + i; ++k) matrix.row(i)[(k * 97 + i) % 50176] += 1.0f;
  }
  RowMatrix rows;
  rows.stored = std::move(matrix);
  expect_equal(rows, all_rows(60), scan(rows, all_rows(60), 20), 20);
}

TEST(NearestNeighbors, AllEqualDistances) {
  // One-hot rows: every distance is the square root of 2, so that only the index decides.
  Matrix<float> matrix(300, 300);
  for (std::size_t i = 0; i < 300; ++i) matrix.row(i)[i] = 1.0f;
  RowMatrix rows;
  rows.stored = std::move(matrix);
  const NeighborTable table = scan(rows, shuffled(all_rows(300), 1), 5);
  for (std::size_t i = 0; i < 300; ++i) {
    std::uint32_t expected = 0;
    for (std::size_t j = 0; j < 5; ++j, ++expected) {
      if (expected == i) ++expected;
      EXPECT_EQ(number(table.index(i)[j]), expected);
      EXPECT_EQ(table.squared(i)[j].value, 2.0);
    }
  }
}

TEST(NearestNeighbors, MoreNeighboursThanRows) {
  check<std::uint8_t>(5, 8, 20, 256, 0);
}

TEST(NearestNeighbors, OnlyTheRowsAsked) {
  const RowMatrix matrix = oracle::random_matrix<std::uint8_t>(100, 12, 8, 256, 0);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 3; row < 100; row += 3) rows.push_back(row);
  expect_equal(matrix, rows, scan(matrix, shuffled(rows, 2), 6), 6);
}

TEST(NearestNeighbors, GroupsAreNotNeighbours) {
  const RowMatrix matrix = oracle::random_matrix<std::uint8_t>(200, 6, 21, 256, 0);
  std::vector<std::uint32_t> group(200);
  for (std::uint32_t i = 0; i < 200; ++i) group[i] = i / 40;
  const auto rows = all_rows(200);
  expect_equal(matrix, rows, scan(matrix, shuffled(rows, 4), 15, {2, best_simd_level()}, group), 15, group);
}

TEST(NearestNeighbors, FewerOutsideTheGroupThanAsked) {
  const RowMatrix matrix = oracle::random_matrix<std::uint8_t>(20, 6, 22, 256, 0);
  std::vector<std::uint32_t> group(20, 0);
  group[3] = 1;
  const NeighborTable table = scan(matrix, all_rows(20), 5, {1, SimdLevel::scalar}, group);
  EXPECT_EQ(table.found(0), 1u);
  EXPECT_EQ(table.found(3), 5u);
}

template <class T>
void expect_same_bits(double spread) {
  const RowMatrix matrix = oracle::random_matrix<T>(700, 37, 77, spread, 0);
  const auto order = shuffled(all_rows(700), 6);
  const NeighborTable first = scan(matrix, order, 24, {1, SimdLevel::scalar});
  for (const SimdLevel level : supported_simd_levels()) {
    for (const unsigned threads : {1u, 2u, 7u}) {
      const NeighborTable other = scan(matrix, order, 24, {threads, level});
      for (std::size_t i = 0; i < 700; ++i) {
        ASSERT_TRUE(std::ranges::equal(first.squared(i), other.squared(i)))
            << simd_name(level) << " " << threads;
        ASSERT_TRUE(std::ranges::equal(first.index(i), other.index(i))) << simd_name(level) << " " << threads;
      }
    }
  }
}

TEST(NearestNeighbors, SameBitsForAnyThreadsAndLevel) {
  expect_same_bits<std::uint8_t>(256);
  expect_same_bits<std::uint8_t>(4);
  expect_same_bits<float>(1);
  expect_same_bits<double>(1);
}

TEST(NearestNeighbors, PrefixesAreScansOfTheirOwn) {
  const RowMatrix matrix = oracle::random_matrix<float>(1000, 9, 12, 1, 0);
  const auto order = shuffled(all_rows(1000), 3);
  PairScan pairs(matrix, order, {2, best_simd_level()});
  NearestNeighbors nearest(pairs, 30);
  const std::vector<std::uint32_t> prefixes = halving_prefixes(1000, 3, 100);
  ASSERT_EQ(prefixes, (std::vector<std::uint32_t>{125, 250, 500, 1000}));
  std::size_t seen = 0;
  nearest.on_prefix(10, [&](const NeighborTable& table) {
    std::vector<std::uint32_t> rows(order.begin(), order.begin() + prefixes[seen]);
    std::ranges::sort(rows);
    expect_equal(matrix, rows, table, 10);
    ++seen;
  });
  Collector* collectors[] = {&nearest};
  pairs.run(collectors, prefixes, no_progress());
  EXPECT_EQ(seen, 3u);
  expect_equal(matrix, all_rows(1000), nearest.take_table(pairs), 30);
}

struct Counting : Progress {
  void begin(std::string_view, std::uint64_t steps) override { total = steps; }
  void advance(std::uint64_t steps) override { done += steps; }
  std::uint64_t total = 0;
  std::atomic<std::uint64_t> done = 0;
};

/// Tables of all prefixes, the whole last.
std::vector<NeighborTable> prefix_tables(const RowMatrix& matrix, const std::vector<std::uint32_t>& order,
                                         std::size_t k, SearchMode search) {
  PairScan pairs(matrix, order, {2, best_simd_level(), search, k});
  EXPECT_EQ(pairs.search_mode(), search);
  EXPECT_EQ(pairs.bounds_are_exact(), matrix.exact_integers());
  NearestNeighbors nearest(pairs, k);
  std::vector<NeighborTable> tables;
  nearest.on_prefix(5, [&](const NeighborTable& table) { tables.push_back(table); });
  Collector* collectors[] = {&nearest};
  Counting counting;
  pairs.run(collectors, halving_prefixes(pairs.size(), 2, 100), counting);
  EXPECT_EQ(counting.done, counting.total);
  tables.push_back(nearest.take_table(pairs));
  return tables;
}

// Rows in the order of a line: the nearest of the first are all in the block that their limit is guessed
// from, and those of the last are far from it. And one row of 1e30, whose products float32 cannot hold.
TEST(NearestNeighbors, GuessesByRowsLoseNothing) {
  constexpr std::size_t count = 3'000, k = 30;
  for (const bool outlier : {false, true}) {
    RowMatrix matrix = oracle::random_matrix<float>(count, 3, 5, 1, 0);
    auto& rows = std::get<Matrix<float>>(matrix.stored);
    for (std::size_t i = 0; i < count; ++i) rows.row(i)[0] = static_cast<float>(i);
    if (outlier) rows.row(1500)[1] = 1e30F;
    const auto by_rows = prefix_tables(matrix, all_rows(count), k, SearchMode::rows);
    const auto tiles = prefix_tables(matrix, all_rows(count), k, SearchMode::tiles);
    ASSERT_EQ(by_rows.size(), tiles.size());
    for (std::size_t p = 0; p < tiles.size(); ++p) {
      for (std::size_t i = 0; i < tiles[p].rows(); ++i) {
        ASSERT_TRUE(std::ranges::equal(by_rows[p].squared(i), tiles[p].squared(i))) << p << " " << i;
        ASSERT_TRUE(std::ranges::equal(by_rows[p].index(i), tiles[p].index(i))) << p << " " << i;
      }
    }
  }
}

/// Both searches list the same neighbours, 5 in the tables of the two smaller prefixes and k in that of all.
void expect_searches_agree(const RowMatrix& matrix, std::size_t k) {
  const auto order = shuffled(all_rows(matrix.rows()), 3);
  const auto filter = prefix_tables(matrix, order, k, SearchMode::filter);
  const auto tiles = prefix_tables(matrix, order, k, SearchMode::tiles);
  ASSERT_EQ(filter.size(), 3u);
  for (std::size_t p = 0; p < filter.size(); ++p) {
    for (std::size_t i = 0; i < tiles[p].rows(); ++i) {
      ASSERT_EQ(filter[p].found(i), p < 2 ? 5 : k) << p << " " << i;
      ASSERT_TRUE(std::ranges::equal(filter[p].squared(i), tiles[p].squared(i))) << p << " " << i;
      ASSERT_TRUE(std::ranges::equal(filter[p].index(i), tiles[p].index(i))) << p << " " << i;
    }
  }
}

// A guess sets limits below candidates of the prefix before, and the rows of a clump are alike to the codes,
// so that the bounds leave more candidates open than there is room for: lists are cut to fewer than k.
TEST(NearestNeighbors, GuessesAfterAPrefixLoseNothing) {
  constexpr std::size_t count = 9'000, k = 65, clump = 600;
  RowMatrix matrix = oracle::random_matrix<float>(count, 24, 12, 1, 0);
  auto& rows = std::get<Matrix<float>>(matrix.stored);
  for (std::size_t i = 1; i < clump; ++i) {
    for (std::size_t j = 0; j < 24; ++j) rows.row(i)[j] = rows.row(0)[j] + 0.05F * rows.row(i)[j];
  }
  expect_searches_agree(matrix, k);
}

// Half of so many rows are guessed in two stages.
TEST(NearestNeighbors, StagesBetweenPrefixesLoseNothing) {
  expect_searches_agree(oracle::random_matrix<std::uint8_t>(18'000, 12, 5, 256, 0), 20);
}

TEST(NeighborTable, ForgetsSquaredDistancesAlone) {
  constexpr std::size_t rows = 3000, k = 400;  // more than a page a row
  NeighborTable table(rows, k);
  const std::vector<SquaredDistance> squared(k, {2.5});
  const std::vector<ImageIndex> index(k, ImageIndex{7});
  for (std::size_t i = 0; i < rows; ++i) table.set_row(i, squared, index);
  table.forget_squared(1000);
  EXPECT_THROW(table.squared(999), InternalError);
  EXPECT_TRUE(std::ranges::equal(table.index(0), index));
  for (std::size_t i = 1000; i < rows; ++i) ASSERT_TRUE(std::ranges::equal(table.squared(i), squared)) << i;
}

/// A table of anchors holds their rows of the table of all, to the bit.
void expect_rows_of(const NeighborTable& all, const NeighborTable& anchors,
                    std::vector<std::uint32_t> anchor_rows) {
  std::ranges::sort(anchor_rows);
  ASSERT_EQ(anchors.rows(), anchor_rows.size());
  ASSERT_EQ(anchors.points(), all.rows());
  for (std::size_t i = 0; i < anchor_rows.size(); ++i) {
    ASSERT_EQ(anchors.place(i), anchor_rows[i]);
    ASSERT_TRUE(std::ranges::equal(anchors.squared(i), all.squared(anchor_rows[i]))) << i;
    ASSERT_TRUE(std::ranges::equal(anchors.index(i), all.index(anchor_rows[i]))) << i;
  }
}

template <class T>
void check_anchors(std::size_t count, std::size_t cols, double spread,
                   std::vector<std::uint32_t> group = {}) {
  const RowMatrix matrix = oracle::random_matrix<T>(count, cols, 91, spread, 0);
  const auto order = shuffled(all_rows(count), 8);
  const NeighborTable all = scan(matrix, order, 24, {2, best_simd_level()}, group);
  for (const std::uint32_t anchors : {1u, 50u, 300u}) {
    for (const SearchMode mode : {SearchMode::tiles, SearchMode::rows, SearchMode::filter}) {
      for (const unsigned threads : {1u, 3u}) {
        SCOPED_TRACE(std::string(search_mode_name(mode)) + " " + std::to_string(anchors));
        const NeighborTable table =
            scan(matrix, order, 24, {threads, best_simd_level(), mode, 24, anchors}, group);
        expect_rows_of(all, table, {order.begin(), order.begin() + anchors});
      }
    }
  }
}

TEST(NearestNeighbors, AnchorsHaveTheRowsOfTheWholeTable) {
  check_anchors<std::uint8_t>(700, 37, 256);
  check_anchors<std::uint8_t>(700, 3, 4);  // many ties and copies
  check_anchors<float>(700, 37, 1);
  check_anchors<double>(700, 37, 1);
  std::vector<std::uint32_t> group(700);
  for (std::uint32_t i = 0; i < 700; ++i) group[i] = i / 7;
  check_anchors<std::uint8_t>(700, 37, 256, group);
  check_anchors<std::uint8_t>(2600, 70, 256);  // enough to begin with guesses
}

TEST(NearestNeighbors, MoreAnchorsThanRowsAreAllOfThem) {
  const RowMatrix matrix = oracle::random_matrix<std::uint8_t>(60, 5, 92, 256, 0);
  PairScanOptions options{1, SimdLevel::scalar};
  options.anchors = 61;
  const NeighborTable table = scan(matrix, all_rows(60), 5, options);
  EXPECT_EQ(table.rows(), 60u);
  expect_equal(matrix, all_rows(60), table, 5);
}

TEST(NearestNeighbors, PrefixesHoldTheAnchorsAmongThem) {
  const RowMatrix matrix = oracle::random_matrix<float>(1000, 9, 12, 1, 0);
  const auto order = shuffled(all_rows(1000), 3);
  PairScanOptions options{2, best_simd_level()};
  options.anchors = 300;
  PairScan pairs(matrix, order, options);
  NearestNeighbors nearest(pairs, 30);
  std::vector<std::size_t> rows, points;
  nearest.on_prefix(10, [&](const NeighborTable& table) {
    rows.push_back(table.rows());
    points.push_back(table.points());
    const auto prefix = order.begin() + static_cast<std::ptrdiff_t>(table.points());
    std::vector<std::uint32_t> among(order.begin(), prefix), own(order.begin(), order.begin() + 300);
    std::ranges::sort(among);
    const auto expected = oracle::neighbors(matrix, among, 10);
    for (std::size_t i = 0; i < table.rows(); ++i) {
      EXPECT_NE(std::ranges::find(own, among[table.place(i)]), own.end());
      EXPECT_EQ(among[number(table.index(i)[9])], expected[table.place(i)][9].second);
    }
  });
  Collector* collectors[] = {&nearest};
  pairs.run(collectors, halving_prefixes(1000, 3, 100), no_progress());
  EXPECT_EQ(rows, (std::vector<std::size_t>{125, 250, 300}));
  EXPECT_EQ(points, (std::vector<std::size_t>{125, 250, 500}));
}

TEST(NearestNeighbors, ProgressCountsThePairsOfAnchors) {
  const RowMatrix matrix = oracle::random_matrix<std::uint8_t>(1000, 5, 1, 256, 0);
  for (const SearchMode mode : {SearchMode::tiles, SearchMode::rows}) {
    Counting counting;
    PairScan pairs(matrix, all_rows(1000), {2, best_simd_level(), mode, 3, 300});
    NearestNeighbors nearest(pairs, 3);
    Collector* collectors[] = {&nearest};
    pairs.run(collectors, halving_prefixes(1000, 3, 100), counting);
    const std::uint64_t once = 300u * 299 / 2 + 300 * 700, row_by_row = 300 * 1000;
    EXPECT_EQ(counting.total, mode == SearchMode::tiles ? once : row_by_row);
    EXPECT_EQ(counting.done, counting.total);
  }
}

TEST(NearestNeighbors, RefusesValuesThatAreNotFinite) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e31}) {
    RowMatrix matrix = oracle::random_matrix<double>(10, 3, 1, 1, 0);
    std::get<Matrix<double>>(matrix.stored).row(4)[1] = bad;
    EXPECT_THROW(PairScan(matrix, all_rows(10), {1, SimdLevel::scalar}), InputError);
  }
}

TEST(NearestNeighbors, StopsWhenAsked) {
  struct Impatient : Progress {
    bool cancelled() const override { return true; }
  } impatient;
  const RowMatrix matrix = oracle::random_matrix<std::uint8_t>(50, 3, 1, 256, 0);
  PairScan pairs(matrix, all_rows(50), {2, SimdLevel::scalar});
  NearestNeighbors nearest(pairs, 3);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefix[] = {50};
  EXPECT_THROW(pairs.run(collectors, prefix, impatient), Interrupted);
}

}  // namespace
}  // namespace fathom
