// Scalar products of many vectors in float64, by the kernels of a SIMD level; the same bits on every level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "estimate/kernels/double_kernels.h"
#include "fathom/core/matrix.h"
#include "fathom/core/simd_level.h"

namespace fathom {

const kernels::DoubleKernels& select_double_kernels(SimdLevel level);

/// size x size, row-major. Rows and columns beyond it are zero: kernels write and read whole panels.
class SquareMatrix {
 public:
  SquareMatrix() = default;
  explicit SquareMatrix(std::size_t size) { reset(size); }

  /// All zero.
  void reset(std::size_t size);
  std::size_t size() const { return size_; }
  std::size_t stride() const { return stride_; }
  double* row(std::size_t i) { return values_.data() + i * stride_; }
  const double* row(std::size_t i) const { return values_.data() + i * stride_; }
  /// The lower triangle from the upper one.
  void mirror();

 private:
  std::size_t size_ = 0, stride_ = 0;
  std::vector<double> values_;
};

/// Vectors of float64 in the order of the kernels.
class PackedVectors {
 public:
  explicit PackedVectors(const kernels::DoubleKernels& kernels) : kernels_(kernels) {}

  std::size_t count() const { return count_; }
  /// Rows of the matrix from one component on, less the origin, which has `depth` values.
  void pack_rows(const RowMatrix& matrix, std::span<const std::uint32_t> rows, std::size_t first,
                 std::span<const double> origin);
  /// Some columns of those rows, each a vector, less the origin, which has one value a column.
  void pack_columns(const RowMatrix& matrix, std::span<const std::uint32_t> rows, std::size_t first,
                    std::span<const double> origin);
  void pack_rows(std::span<const double* const> rows, std::size_t depth);
  void pack_columns(std::span<const double* const> rows, std::size_t columns);

  /// Adds the products of all pairs: out[i * stride + j], whose rows are padded to blocks and whose columns
  /// are padded to panels. `upper` leaves out most of those with i > j.
  void add_products(const PackedVectors& right, double* out, std::size_t stride, bool upper) const;
  std::size_t padded() const;  ///< count, rounded up to panels

 private:
  template <class Pack>
  void fill(std::size_t count, std::size_t depth, const Pack& pack);

  const kernels::DoubleKernels& kernels_;
  std::size_t count_ = 0, depth_ = 0;
  std::vector<double> values_;
};

}  // namespace fathom
