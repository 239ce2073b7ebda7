// Inner loops of float64 linear algebra, one set a SIMD level. Plain pointers only: the per-level files
// include no standard library.
//
// Every level adds in the same order and none fuses a multiply with an add: the results are the same bits.
//
// Vectors that are to be multiplied are packed in panels: component k of the vectors of panel p stands
// together, packed[(p * depth + k) * panel + c], so that the inner loop reads memory in order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fathom::kernels {

/// Of the columns row and row + 1 of a matrix of eigenvectors.
struct Rotation {
  double cosine, sine;
  size_t row;
};

struct DoubleKernels {
  /// Vectors of a panel, a multiple of block: as many as multiply takes at once of the right and of the left.
  size_t panel, block;
  /// One panel of at most `panel` vectors, each less the origin; zeros for those that are missing.
  void (*pack_bytes)(const uint8_t* const* vectors, size_t count, size_t depth, const double* origin,
                     double* packed);
  void (*pack_floats)(const float* const* vectors, size_t count, size_t depth, const double* origin,
                      double* packed);
  void (*pack_doubles)(const double* const* vectors, size_t count, size_t depth, const double* origin,
                       double* packed);
  /// The same of vectors that are the columns of a matrix: component k of all of them is at rows[k].
  void (*pack_byte_columns)(const uint8_t* const* rows, size_t count, size_t depth, const double* origin,
                            double* packed);
  void (*pack_float_columns)(const float* const* rows, size_t count, size_t depth, const double* origin,
                             double* packed);
  void (*pack_double_columns)(const double* const* rows, size_t count, size_t depth, const double* origin,
                              double* packed);
  /// out[r * stride + c] += sum over depth of left[k * panel + r] * right[k * panel + c], r < block, c <
  /// panel.
  void (*multiply)(const double* left, const double* right, size_t depth, double* out, size_t stride);

  /// A symmetric matrix, of which the upper triangle is read, to tridiagonal form by Householder's
  /// reflections I - scale[j] v v', v = a[j][j + 1 ..] afterwards. The stride is at least n + 7, and what is
  /// beyond n is zero; work has 4 strides.
  void (*tridiagonalise)(double* a, size_t n, size_t stride, double* diagonal, double* off_diagonal,
                         double* scale, double* work);
  /// Applied one after the other to kRotatedAtOnce columns of rows that are `stride` apart.
  void (*rotate)(const Rotation* rotations, size_t count, double* rows, size_t stride);
  /// z = (I - scale v v') z of each of some vectors, whose length both may exceed by 7 zeros.
  void (*reflect)(const double* v, double scale, size_t length, double* vectors, size_t count, size_t stride);
};

inline constexpr size_t kRotatedAtOnce = 32;

const DoubleKernels& scalar_double_kernels();
#if defined(__x86_64__)
const DoubleKernels& avx2_double_kernels();
const DoubleKernels& avx512_double_kernels();
#endif

}  // namespace fathom::kernels
