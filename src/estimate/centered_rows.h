// The measured points as rows of a matrix, less their mean, and their scalar products.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Where there are more points and more components than this, the products are those of so many seeded random
/// points: eigenvalues take their third power.
inline constexpr std::size_t kMostProducts = 2048;

/// n points of D components, less their mean. Everything here is summed in float64.
class CenteredRows {
 public:
  /// The points of the sample's table: all, or the anchors; fewer where kMostProducts says so.
  CenteredRows(const Sample& sample, const EstimatorSettings& settings);

  std::size_t points() const { return rows_.size(); }
  std::size_t components() const { return static_cast<std::size_t>(mean_.size()); }
  /// D x D where D <= n, as X'X; otherwise n x n, as X X'. Their nonzero eigenvalues agree.
  Eigen::MatrixXd products(Progress& progress) const;
  bool products_of_components() const { return components() <= points(); }
  /// Rows begin .. begin + count and columns likewise, less the mean.
  Eigen::MatrixXd block(std::size_t row, std::size_t rows, std::size_t column, std::size_t columns) const;

 private:
  const RowMatrix& matrix_;
  unsigned threads_;
  std::vector<std::uint32_t> rows_;  ///< of the matrix
  Eigen::RowVectorXd mean_;
};

/// Eigenvalues of the covariance (1 / (n - 1)), descending, those that are zero but for rounding left out.
std::vector<double> covariance_spectrum(const Eigen::MatrixXd& products, std::size_t points);

}  // namespace fathom
