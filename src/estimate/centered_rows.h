// The measured points as rows of a matrix, less their mean, and their scalar products.
#pragma once

#include <cstdint>
#include <vector>

#include "estimate/double_products.h"
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
  std::size_t components() const { return mean_.size(); }
  /// Both triangles. D x D where D <= n, as X'X; otherwise n x n, as X X'. Their nonzero eigenvalues agree.
  SquareMatrix products(Progress& progress) const;
  bool products_of_components() const { return components() <= points(); }
  /// Some of the points, from `first` on.
  void pack(std::size_t first, std::size_t count, PackedVectors& packed) const;
  /// Components of a point.
  void copy_row(std::size_t point, std::span<double> out) const;

 private:
  const RowMatrix& matrix_;
  unsigned threads_;
  const kernels::DoubleKernels& kernels_;
  std::vector<std::uint32_t> rows_;  ///< of the matrix
  std::vector<double> mean_;
};

/// Eigenvalues of the covariance (1 / (n - 1)), descending, those that are zero but for rounding left out.
/// The products are overwritten.
std::vector<double> covariance_spectrum(SquareMatrix& products, std::size_t points, SimdLevel simd);

}  // namespace fathom
