// Nothing is ever lost on real images and on manifolds: the table of nearest neighbours is the same, to the
// bit, in every search mode, at every SIMD level and for any number of threads, and is what a brute force
// finds.
//
// Of large data the brute force takes a seeded sample of the rows, against all; whole tables are compared by
// hash. Levels are tried at two threads, numbers of threads at the best level.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "fathom/core/hash.h"
#include "fathom/neighbors/nearest_neighbors.h"
#include "fathom/prepare/prepare.h"
#include "fathom/synth/manifold.h"
#include "shared_folder.h"
#include "unit/neighbors/brute_force.h"

namespace fathom {
namespace {

constexpr std::size_t kNeighbors = 20;
constexpr std::uint64_t kSeed = 20240229;

NeighborTable scan(const RowMatrix& matrix, const std::vector<std::uint32_t>& order,
                   const PairScanOptions& options) {
  PairScan pairs(matrix, order, options);
  NearestNeighbors nearest(pairs, kNeighbors);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefix[] = {pairs.size()};
  pairs.run(collectors, prefix, no_progress());
  return nearest.take_table(pairs);
}

Hash128 hash_of(const NeighborTable& table) {
  std::vector<std::uint64_t> content;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    content.push_back(table.found(i));
    for (std::size_t j = 0; j < table.found(i); ++j) {
      content.push_back(std::bit_cast<std::uint64_t>(table.squared(i)[j].value));
      content.push_back(number(table.index(i)[j]));
    }
  }
  return hash128(std::as_bytes(std::span<const std::uint64_t>(content)));
}

/// Levels at two threads and numbers of threads at the best level, each in every mode. The slowest level of
/// all, and the search that does twice the work, are left out where they would take minutes: unit tests have
/// them on smaller data.
std::vector<PairScanOptions> runs(bool scalar) {
  std::vector<PairScanOptions> all;
  const auto add = [&](unsigned threads, SimdLevel level) {
    for (const SearchMode mode : {SearchMode::tiles, SearchMode::rows, SearchMode::filter}) {
      if (mode != SearchMode::rows || scalar) all.push_back({threads, level, mode, kNeighbors});
    }
  };
  for (const SimdLevel level : supported_simd_levels()) {
    if (scalar || level != SimdLevel::scalar) add(2, level);
  }
  add(1, best_simd_level());
  add(5, best_simd_level());
  all.push_back({2, best_simd_level(), SearchMode::automatic, kNeighbors});
  return all;
}

/// The rows of a sample against all rows, by brute force.
void expect_sample(const RowMatrix& matrix, const std::vector<std::uint32_t>& rows,
                   const NeighborTable& table, std::size_t sample) {
  Generator generator = make_generator(kSeed, 1);
  std::vector<std::uint32_t> queries = random_permutation(static_cast<std::uint32_t>(rows.size()), generator);
  queries.resize(std::min(sample, queries.size()));
  const oracle::Distances distances(matrix);
  for (const std::uint32_t query : queries) {
    const auto expected = oracle::nearest(distances, rows[query], rows, kNeighbors);
    const auto difference = oracle::difference(table, query, expected);
    ASSERT_FALSE(difference) << *difference;
  }
}

void check(const RowMatrix& matrix, const std::vector<std::uint32_t>& rows, std::size_t sample, bool scalar) {
  Generator generator = make_generator(kSeed);
  std::vector<std::uint32_t> order = rows;
  shuffle(std::span(order), generator);
  std::optional<Hash128> first;
  for (const PairScanOptions& run : runs(scalar)) {
    const NeighborTable table = scan(matrix, order, run);
    ASSERT_EQ(table.rows(), rows.size());
    if (!first) {
      first = hash_of(table);
      ASSERT_NO_FATAL_FAILURE(expect_sample(matrix, rows, table, sample));
    }
    EXPECT_EQ(hash_of(table), *first)
        << search_mode_name(run.search) << ", " << simd_name(run.simd) << ", " << run.threads << " threads";
  }
}

std::vector<std::uint32_t> all_rows(const RowMatrix& matrix) {
  std::vector<std::uint32_t> rows(matrix.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

RowMatrix read_rows(const std::string& data, const char* protocol) {
  return prepare(open_data_set(*shared_folder() / data), named_protocol(protocol), {2, false}).matrix;
}

/// Every row in every run, and a part of the rows at every level.
void check_large(const RowMatrix& matrix, std::size_t sample, std::uint32_t part) {
  check(matrix, all_rows(matrix), sample, false);
  std::vector<std::uint32_t> rows = all_rows(matrix);
  rows.resize(part);
  check(matrix, rows, part / 10, true);
}

TEST(DataExactness, MnistNative) {
  FATHOM_SKIP_WITHOUT_SHARED();
  check_large(read_rows("data/mnist", "native"), 300, 2000);
}

TEST(DataExactness, Cifar10Native) {
  FATHOM_SKIP_WITHOUT_SHARED();
  check_large(read_rows("data/cifar10-test", "native"), 300, 1000);
}

TEST(DataExactness, Cifar10Enlarged) {
  FATHOM_SKIP_WITHOUT_SHARED();
  const RowMatrix matrix = read_rows("data/cifar10-test", "iclr2024");
  std::vector<std::uint32_t> rows;  // some of every class
  for (std::uint32_t row = 0; row < matrix.rows(); row += 3) rows.push_back(row);
  check(matrix, rows, 100, false);
}

TEST(DataExactness, BrainMri) {
  FATHOM_SKIP_WITHOUT_SHARED();
  check_large(read_rows("data/brainmri", "miccai2022"), 40, 100);
}

TEST(DataExactness, ChestXRays) {
  FATHOM_SKIP_WITHOUT_SHARED();
  const RowMatrix matrix = read_rows("data/pneumoniamnist.npz", "native");
  check(matrix, all_rows(matrix), 300, true);
}

TEST(DataExactness, BenchmarkManifolds) {
  FATHOM_SKIP_WITHOUT_SHARED();
  std::size_t manifolds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*shared_folder() / "golden" / "manifolds")) {
    SCOPED_TRACE(entry.path().filename());
    const RowMatrix matrix = read_rows("golden/manifolds/" + entry.path().filename().string(), "native");
    check(matrix, all_rows(matrix), 100, false);
    ++manifolds;
  }
  EXPECT_GT(manifolds, 0u);
}

TEST(DataExactness, SampledManifolds) {
  for (const std::string& name : manifold_names()) {
    SCOPED_TRACE(name);
    PointCloudOptions options;
    options.manifold = name;
    options.samples = 600;
    RowMatrix matrix;
    matrix.stored = sample_manifold(options);
    check(matrix, all_rows(matrix), matrix.rows(), true);
  }
}

}  // namespace
}  // namespace fathom
