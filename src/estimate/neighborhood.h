// The neighbours of a point, seen from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "estimate/double_products.h"
#include "fathom/estimate/sample.h"

namespace fathom {

/// Vectors x_1 .. x_k from a point to some of its neighbours, nearest first, and their scalar products, in
/// stored units, summed in float64.
class Neighborhood {
 public:
  /// Of some of the vectors that `products` and, where they are not too many components, `vectors` hold;
  /// `chosen` ascends. What is referred to must outlive this.
  Neighborhood(const SquareMatrix& products, std::span<const double* const> vectors, std::size_t components,
               std::span<const std::uint32_t> chosen)
      : products_(&products), vectors_(vectors), components_(components), chosen_(chosen) {}

  std::size_t size() const { return chosen_.size(); }
  std::size_t components() const { return components_; }
  /// (x_i, x_j), i <= j.
  double product(std::size_t i, std::size_t j) const { return products_->row(chosen_[i])[chosen_[j]]; }
  /// The products of vectors less their mean, in the upper triangle of a matrix that is reset. `with_point`:
  /// the point itself, from which the vectors are seen, is the last.
  void center_products(bool with_point, SquareMatrix& out) const;
  /// Components x components: sums over the vectors and the point itself, less their mean. Where there are
  /// fewer components than kFewComponents.
  void center_covariance(const kernels::DoubleKernels& kernels, SquareMatrix& out) const;

  /// Components fewer than this are kept as they are, beside their products.
  static constexpr std::size_t kFewComponents = 101;

 private:
  const SquareMatrix* products_;
  std::span<const double* const> vectors_;
  std::size_t components_;
  std::span<const std::uint32_t> chosen_;
};

/// The nearest neighbours of one point after the other, with room that is used again.
class NeighborhoodProducts {
 public:
  NeighborhoodProducts(const Sample& sample, SimdLevel simd);

  /// Takes the `count` nearest neighbours of a row of the table.
  void take(std::size_t row, std::size_t count);
  /// Of those taken; `chosen` ascends.
  Neighborhood neighborhood(std::span<const std::uint32_t> chosen) const {
    return {products_, vectors_, components_, chosen};
  }

 private:
  void keep_vectors();

  const Sample& sample_;
  std::size_t components_;
  PackedVectors packed_;
  SquareMatrix products_;
  std::vector<std::uint32_t> rows_;
  std::vector<double> origin_, values_;
  std::vector<const double*> vectors_;
};

}  // namespace fathom
