#include "fathom/estimate/matched_gaussian.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <utility>

#include "fathom/core/random.h"

namespace fathom {
namespace {

/// Rows of rank `rank` about a mean that is not 0: products of uniform numbers, which are far from Gaussian.
Matrix<float> rows_of_rank(std::size_t rows, std::size_t cols, std::size_t rank) {
  Generator generator = make_generator(7);
  const auto draw = [&](std::size_t r, std::size_t c) {
    Eigen::MatrixXd values(r, c);
    for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = uniform_unit(generator);
    return values;
  };
  const Eigen::MatrixXd values = draw(rows, rank) * draw(rank, cols);
  Matrix<float> matrix(rows, cols);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j)
      matrix.row(i)[j] =
          static_cast<float>(values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
  return matrix;
}

Eigen::MatrixXd centred(const Matrix<float>& rows) {
  Eigen::MatrixXd values(rows.rows(), rows.cols());
  for (std::size_t i = 0; i < rows.rows(); ++i)
    for (std::size_t j = 0; j < rows.cols(); ++j)
      values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = rows.row(i)[j];
  return values.rowwise() - values.colwise().mean();
}

Eigen::MatrixXd covariance(const Matrix<float>& rows) {
  const Eigen::MatrixXd values = centred(rows);
  return values.transpose() * values / static_cast<double>(rows.rows() - 1);
}

Eigen::VectorXd mean(const Matrix<float>& rows) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(rows.cols()));
  for (std::size_t i = 0; i < rows.rows(); ++i)
    for (std::size_t j = 0; j < rows.cols(); ++j) sum(static_cast<Eigen::Index>(j)) += rows.row(i)[j];
  return sum / static_cast<double>(rows.rows());
}

// Entry (i, j) of a sample covariance of N Gaussian rows has the variance (S_ii S_jj + S_ij^2) / (N - 1)
// (Wishart); six standard errors are exceeded in 2 of 10^9 entries.
TEST(MatchedGaussian, HasTheMeanAndTheCovarianceOfTheRows) {
  Matrix<float> rows = rows_of_rank(4000, 12, 12);
  const Eigen::MatrixXd wanted = covariance(rows);
  const Eigen::VectorXd wanted_mean = mean(rows);
  match_gaussian(rows, 3, 2);
  const Eigen::MatrixXd found = covariance(rows);
  const Eigen::VectorXd found_mean = mean(rows);
  for (Eigen::Index i = 0; i < 12; ++i) {
    EXPECT_NEAR(found_mean(i), wanted_mean(i), 6 * std::sqrt(wanted(i, i) / 4000));
    for (Eigen::Index j = 0; j < 12; ++j) {
      const double variance = (wanted(i, i) * wanted(j, j) + wanted(i, j) * wanted(i, j)) / 3999;
      EXPECT_NEAR(found(i, j), wanted(i, j), 6 * std::sqrt(variance));
    }
  }
}

// Excess kurtosis is 0 of Gaussian numbers, with a standard error of sqrt(24 / N), and -1.2 of uniform ones.
TEST(MatchedGaussian, IsGaussian) {
  Matrix<float> rows = rows_of_rank(4000, 1, 1);
  match_gaussian(rows, 3, 1);
  const Eigen::ArrayXd values = centred(rows).col(0).array();
  const double variance = values.square().mean();
  EXPECT_NEAR(values.pow(4).mean() / (variance * variance), 3.0, 6 * std::sqrt(24.0 / 4000));
}

class SpanOfTheRows : public testing::TestWithParam<std::pair<std::size_t, std::size_t>> {};

// Rows of rank 3 stay within their three directions about their mean, but for the rounding of float32.
TEST_P(SpanOfTheRows, IsNotLeft) {
  const auto& [count, cols] = GetParam();
  Matrix<float> rows = rows_of_rank(count, cols, 3);
  const Eigen::MatrixXd before = centred(rows);
  const Eigen::VectorXd mean_before = mean(rows);
  const double spread = before.norm() / std::sqrt(static_cast<double>(count));
  match_gaussian(rows, 3, 2);
  const Eigen::MatrixXd span =
      Eigen::JacobiSVD<Eigen::MatrixXd>(before.transpose(), Eigen::ComputeThinU).matrixU().leftCols(3);
  double largest = 0.0, total = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    Eigen::VectorXd row(cols);
    for (std::size_t j = 0; j < cols; ++j) row(static_cast<Eigen::Index>(j)) = rows.row(i)[j];
    row -= mean_before;
    largest = std::max(largest, (row - span * (span.transpose() * row)).norm());
    total += row.squaredNorm();
  }
  EXPECT_LT(largest, 1e-4 * spread);
  // Three directions of N numbers each: the mean square is right within a few of its standard errors.
  EXPECT_NEAR(std::sqrt(total / static_cast<double>(count)) / spread, 1.0, 0.35);
}

INSTANTIATE_TEST_SUITE_P(NarrowAndWide, SpanOfTheRows,
                         testing::Values(std::pair<std::size_t, std::size_t>{300, 20},
                                         std::pair<std::size_t, std::size_t>{40, 700}));

TEST(MatchedGaussian, IsTheSameForAnyNumberOfThreadsAndAnotherForAnotherSeed) {
  for (const auto& [count, cols] : {std::pair<std::size_t, std::size_t>{700, 300}, {60, 800}}) {
    Matrix<float> one = rows_of_rank(count, cols, 5), three = one, other = one;
    match_gaussian(one, 3, 1);
    match_gaussian(three, 3, 3);
    match_gaussian(other, 4, 1);
    EXPECT_TRUE(std::ranges::equal(one.values(), three.values()));
    EXPECT_FALSE(std::ranges::equal(one.values(), other.values()));
  }
}

TEST(MatchedGaussian, ConstantRowsStayConstant) {
  Matrix<float> rows(50, 4);
  for (std::size_t i = 0; i < 50; ++i) std::ranges::fill(rows.row(i), 2.5F);
  match_gaussian(rows, 1, 1);
  for (const float value : rows.values()) EXPECT_EQ(value, 2.5F);
}

}  // namespace
}  // namespace fathom
