#include "fathom/estimate/memory_need.h"

#include <gtest/gtest.h>

namespace fathom {
namespace {

MeasureOptions options() {
  MeasureOptions made;
  made.threads = 2;
  return made;
}

TEST(MemoryNeed, CountsRowsSearchAndNeighbors) {
  const MemoryNeed need = memory_need({1000, 3072, PixelType::uint8}, 0, false, options());
  EXPECT_EQ(need.matrix, 3'072'000u);
  EXPECT_EQ(need.search, 768'000u + 12'582'912u);  // a quarter, and 1024 rows of float32
  EXPECT_EQ(need.neighbors, 14u * 1000 * neighbors_listed(options()));
  EXPECT_EQ(need.rest, 400'000u + (std::uint64_t{72} << 20));
  EXPECT_EQ(need.total(), need.matrix + need.search + need.neighbors + need.rest);
}

TEST(MemoryNeed, CountsTheEstimatorThatTakesMost) {
  const MatrixShape shape{1000, 3072, PixelType::uint8};
  MeasureOptions some = options();
  some.estimators = {"mle", "danco", "geodesic"};
  EXPECT_EQ(memory_need(shape, 0, false, some).estimates, 2'200'000u);
  some.estimators = {"mle", "geodesic"};
  EXPECT_EQ(memory_need(shape, 0, false, some).estimates, 896'000u);  // two threads
  some.estimators = {"mind_kl"};
  EXPECT_EQ(memory_need({20000, 3072, PixelType::uint8}, 0, false, some).estimates, 42'480'000u);
  some.estimators = {"minimum_spanning_tree"};
  const MemoryNeed tree = memory_need(shape, 0, false, some);
  EXPECT_EQ(tree.estimates, 1000 * (900 + 20 * neighbors_listed(some)) + tree.search);
}

TEST(MemoryNeed, CountsSquaredDistancesBesideLogarithmsWhereBothAreNeeded) {
  MeasureOptions both = options();
  both.estimators = {"mle", "corrint"};
  EXPECT_EQ(memory_need({1000, 3072, PixelType::uint8}, 0, false, both).neighbors,
            22u * 1000 * neighbors_listed(both));
}

TEST(MemoryNeed, CandidatesOfFloatRowsTakeMore) {
  ASSERT_EQ(neighbors_listed(options()), 65u);
  // 12 bytes each for the 65 and room for 64 more, for twice as many of long rows; 2 bytes to spare.
  const std::uint64_t short_rows = 1000 * (12 * (65 + 64) + 2 * 65);
  const std::uint64_t long_rows = 1000 * (12 * (65 + 130) + 2 * 65);
  EXPECT_EQ(memory_need({1000, 100, PixelType::float32}, 0, false, options()).neighbors, short_rows);
  EXPECT_EQ(memory_need({1000, 100, PixelType::uint8, true}, 0, false, options()).neighbors, short_rows);
  EXPECT_EQ(memory_need({1000, 20'000, PixelType::float32}, 0, false, options()).neighbors, long_rows);
}

TEST(MemoryNeed, RowsInAFileTakeNone) {
  EXPECT_EQ(memory_need({1000, 3072, PixelType::float32}, 0, true, options()).matrix, 0u);
  EXPECT_EQ(memory_need({1000, 3072, PixelType::float32}, 0, false, options()).matrix, 12'288'000u);
}

TEST(MemoryNeed, RowsThatAreScannedAsACopyTakeIt) {
  EXPECT_EQ(memory_need({1000, 100, PixelType::float64}, 0, true, options()).search, 400'000u + 409'600u);
}

TEST(MemoryNeed, LargeMatricesArePackedBlockByBlock) {
  const MatrixShape shape{200'000, 784, PixelType::uint8};
  MeasureOptions some = options();
  EXPECT_EQ(memory_need(shape, 0, false, some).search, 39'200'000u + 4'816'896u);
  some.search = SearchMode::rows;
  EXPECT_EQ(memory_need(shape, 0, false, some).search, std::uint64_t{64} << 20);
}

TEST(MemoryNeed, LongRowsAreSampledForAFilter) {
  const MemoryNeed need = memory_need({10'000, 150'528, PixelType::float32}, 0, false, options());
  EXPECT_EQ(need.search, 1'505'280'000u + 1024u * 4 * 150'528);
  MeasureOptions filter = options();
  filter.search = SearchMode::filter;
  const MatrixShape few{699, 150'528, PixelType::float32};
  EXPECT_EQ(memory_need(few, 0, false, options()).search, 699u * 150'528);
  EXPECT_EQ(memory_need(few, 0, false, filter).search, 699u * 150'528 + 1024u * 4 * 150'528);
}

TEST(MemoryNeed, EnlargedRowsBecomeFloat32) {
  const MemoryNeed need = memory_need({1000, 100, PixelType::uint8, true}, 0, false, options());
  EXPECT_EQ(need.matrix, 500'000u);
  EXPECT_EQ(need.search, 800'000u);
}

TEST(MemoryNeed, ArraysAreGoneBeforePairsAreCompared) {
  const MatrixShape shape{1000, 3072, PixelType::uint8};
  const MemoryNeed none = memory_need(shape, 0, false, options());
  EXPECT_EQ(memory_need(shape, 1000, false, options()).total(), none.total());
  const std::uint64_t large = std::uint64_t{1} << 40;
  EXPECT_EQ(memory_need(shape, large, false, options()).total(), none.matrix + none.rest + large);
}

TEST(MemoryNeed, ChangingTheFormTakesBoth) {
  EXPECT_EQ(memory_need({10, 100, PixelType::float32, false, 1000}, 0, false, options()).matrix, 5000u);
}

TEST(MemoryNeed, HasNoMoreNeighborsThanRows) {
  EXPECT_EQ(memory_need({10, 100, PixelType::uint8}, 0, false, options()).neighbors, 14u * 10 * 10);
}

TEST(MemoryNeed, ListsNeighborsOfAnchorsAlone) {
  MeasureOptions anchors = options();
  anchors.anchors = 70;
  EXPECT_EQ(memory_need({1000, 100, PixelType::uint8}, 0, false, anchors).neighbors,
            14u * 70 * neighbors_listed(anchors));
  anchors.anchors = 1001;
  EXPECT_EQ(memory_need({1000, 100, PixelType::uint8}, 0, false, anchors).neighbors,
            14u * 1000 * neighbors_listed(anchors));
}

TEST(MemoryNeed, CountsScalarProductsAndMixtures) {
  MeasureOptions made = options();
  EXPECT_EQ(memory_need({5000, 784, PixelType::uint8}, 0, false, made).estimates, 0u);
  made.estimators = {"mle", "lpca"};
  EXPECT_EQ(memory_need({5000, 784, PixelType::uint8}, 0, false, made).estimates, 24u * 784 * 784);
  EXPECT_EQ(memory_need({300, 784, PixelType::uint8}, 0, false, made).estimates, 24u * 300 * 300);
  EXPECT_EQ(memory_need({5000, 3072, PixelType::uint8}, 0, false, made).estimates, 24u * 2048 * 2048);
  made.estimators = {"participation_ratio", "fishers"};
  const MemoryNeed need = memory_need({5000, 784, PixelType::uint8}, 0, false, made);
  EXPECT_EQ(need.estimates, 24u * 784 * 784 + 16u * 784 * 5000);
  EXPECT_EQ(need.total(), need.matrix + need.estimates + need.neighbors + need.rest);
  made.estimators = {"hidalgo"};
  made.components = 4;
  EXPECT_EQ(memory_need({5000, 784, PixelType::uint8}, 0, false, made).estimates, 5000u * (32 * 7 + 100));
}

TEST(MemoryNeed, DoesNotOverflow) {
  EXPECT_GT(memory_need({2'000'000'000, 150'528, PixelType::float32}, 0, false, options()).total(),
            std::uint64_t{1} << 50);
}

}  // namespace
}  // namespace fathom
