// Products and eigenvalues of float64 by the kernels of every SIMD level: by hand, and the same bits.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "estimate/double_products.h"
#include "estimate/symmetric_eigen.h"
#include "fathom/core/random.h"

namespace fathom {
namespace {

Matrix<double> random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Generator generator = make_generator(seed);
  Matrix<double> matrix(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& value : matrix.row(i)) value = standard_normal(generator);
  }
  return matrix;
}

std::vector<std::uint32_t> all_rows(std::size_t rows) {
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

/// Of components from 3 on, less an origin; 300 of them are more than the kernels take at once.
TEST(PackedVectors, MultipliesRowsAndColumns) {
  constexpr std::size_t kRows = 21, kFirst = 3, kDepth = 300;
  const Matrix<double> values = random_matrix(kRows, kFirst + kDepth, 1);
  RowMatrix matrix;
  matrix.stored = values;
  const std::vector<std::uint32_t> rows = all_rows(kRows);
  std::vector<double> origin(kDepth), zeros(kDepth, 0.0);
  for (std::size_t k = 0; k < kDepth; ++k) origin[k] = 0.25 * static_cast<double>(k % 7);
  SquareMatrix reference;
  for (const SimdLevel level : supported_simd_levels()) {
    PackedVectors packed(select_double_kernels(level));
    packed.pack_rows(matrix, rows, kFirst, origin);
    SquareMatrix products(kRows);
    packed.add_products(packed, products.row(0), products.stride(), true);
    products.mirror();
    PackedVectors columns(select_double_kernels(level));
    columns.pack_columns(matrix, rows, kFirst, origin);
    SquareMatrix across(kDepth);
    columns.add_products(columns, across.row(0), across.stride(), false);
    if (reference.size() == 0) reference = products;
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kRows; ++j) {
        double sum = 0.0;
        for (std::size_t k = 0; k < kDepth; ++k) {
          sum += (values.row(i)[kFirst + k] - origin[k]) * (values.row(j)[kFirst + k] - origin[k]);
        }
        EXPECT_NEAR(products.row(i)[j], sum, 1e-11);
        EXPECT_EQ(products.row(i)[j], reference.row(i)[j]) << simd_name(level);
      }
    }
    for (const auto& [a, b] : {std::pair<std::size_t, std::size_t>{0, 0}, {17, 299}, {299, 17}, {128, 40}}) {
      double sum = 0.0;
      for (std::size_t i = 0; i < kRows; ++i) {
        sum += (values.row(i)[kFirst + a] - origin[a]) * (values.row(i)[kFirst + b] - origin[b]);
      }
      EXPECT_NEAR(across.row(a)[b], sum, 1e-12);
    }
  }
}

/// A path of n points has the eigenvalues 2 - 2 cos(pi (2 j - 1) / (2 n + 1)) where one end is held.
TEST(SymmetricEigen, FindsThoseOfAPath) {
  for (const std::size_t n : {1, 2, 5, 50, 133}) {
    SquareMatrix matrix(n);
    for (std::size_t i = 0; i < n; ++i) {
      matrix.row(i)[i] = i + 1 == n ? 1.0 : 2.0;
      if (i + 1 < n) matrix.row(i)[i + 1] = -1.0;
    }
    matrix.mirror();
    const std::vector<double> found = eigenvalues(matrix, best_simd_level());
    for (std::size_t j = 1; j <= n; ++j) {
      const double angle = std::numbers::pi * static_cast<double>(2 * j - 1) / static_cast<double>(2 * n + 1);
      EXPECT_NEAR(found[n - j], 2.0 - 2.0 * std::cos(angle), 1e-13) << n;
    }
  }
}

SquareMatrix products_of(const Matrix<double>& vectors, SimdLevel level) {
  RowMatrix matrix;
  matrix.stored = vectors;
  PackedVectors packed(select_double_kernels(level));
  packed.pack_rows(matrix, all_rows(vectors.rows()), 0, std::vector<double>(vectors.cols(), 0.0));
  SquareMatrix products(vectors.rows());
  packed.add_products(packed, products.row(0), products.stride(), true);
  products.mirror();
  return products;
}

/// 90 vectors of 12 components: 78 eigenvalues are zero.
TEST(SymmetricEigen, PairsRebuildTheMatrix) {
  const Matrix<double> vectors = random_matrix(90, 12, 2);
  std::vector<double> of_first_level;
  for (const SimdLevel level : supported_simd_levels()) {
    const SquareMatrix original = products_of(vectors, level);
    SquareMatrix values_of = original, pairs_of = original;
    const std::vector<double> values = eigenvalues(values_of, level);
    if (of_first_level.empty()) of_first_level = values;
    EXPECT_EQ(values, of_first_level) << simd_name(level);
    const EigenPairs pairs = eigenpairs(pairs_of, 1e-9, level, 2, no_progress());
    ASSERT_EQ(pairs.vectors.rows(), 12u);
    for (std::size_t v = 0; v < 90; ++v) EXPECT_NEAR(values[v], pairs.values[v], 1e-12 * values[0]);
    for (std::size_t i = 0; i < 90; ++i) {
      for (std::size_t j = 0; j < 90; ++j) {
        double sum = 0.0;
        for (std::size_t v = 0; v < 12; ++v) {
          sum += pairs.values[v] * pairs.vectors.row(v)[i] * pairs.vectors.row(v)[j];
        }
        EXPECT_NEAR(sum, original.row(i)[j], 1e-12 * values[0]);
      }
    }
  }
}

TEST(SymmetricEigen, OfNothingIsZero) {
  SquareMatrix matrix(7);
  EXPECT_EQ(eigenvalues(matrix, best_simd_level()), std::vector<double>(7, 0.0));
}

}  // namespace
}  // namespace fathom
