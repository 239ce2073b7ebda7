// The inner loops, one set a SIMD level. Plain pointers only: the per-level files include no standard
// library.
//
// A tile is the product of M "left" rows with N "right" rows over `depth` components:
//   dot[m * stride + n] += sum_k left[m][k] * right[n][k]
// Rows are packed in panels, `block` rows on the left and `panel` on the right, interleaved so that the inner
// loop reads memory in order. M and N are padded with zero rows to whole panels.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fathom::kernels {

struct TileKernel {
  /// Rows a register block takes on the left, and on the right (a panel).
  size_t block, panel;
  /// Components that are packed together; depth is padded to a multiple of it.
  size_t group;
  /// Bytes one packed component takes.
  size_t left_bytes, right_bytes;
  /// Packs `rows` rows, each `depth` components, padding both with zeros to `padded_rows` and padded depth.
  void (*pack_left)(const void* const* rows, size_t count, size_t padded_count, size_t depth, void* packed);
  void (*pack_right)(const void* const* rows, size_t count, size_t padded_count, size_t depth, void* packed);
  /// left_count and right_count are padded counts.
  void (*multiply)(const void* left, size_t left_count, const void* right, size_t right_count, size_t depth,
                   double* dot, size_t stride);
};

struct KernelSet {
  /// Rows of 8-bit integers; depth at most 8192 a call, so that 32-bit sums cannot overflow. Exact.
  TileKernel bytes;
  /// Rows of float32, multiplied in float64: products are exact, so that fused and separate additions agree.
  TileKernel floats;
  /// values[c] = row_norm + col_norm[c] - 2 * values[c]
  void (*finish_row)(double* values, size_t count, double row_norm, const double* col_norm);
  /// Bit c % 8 of mask[c / 8]: values[c] <= row_threshold or values[c] <= col_threshold[c]. Count is rounded
  /// up to a multiple of 8: both arrays are readable that far.
  void (*find_below)(const double* values, size_t count, double row_threshold, const double* col_threshold,
                     uint8_t* mask);
  /// Sum of (a[k] - b[k])^2 in float64: 16 partial sums, component k in number k % 16, added as a tree.
  double (*squared_distance_float)(const float* a, const float* b, size_t count);
  double (*squared_distance_double)(const double* a, const double* b, size_t count);
  /// Sum of squares, in the same order.
  double (*squared_norm_float)(const float* a, size_t count);
  double (*squared_norm_double)(const double* a, size_t count);
};

const KernelSet& scalar_kernels();
#if defined(__x86_64__)
const KernelSet& avx2_kernels();
const KernelSet& avx512_kernels();
const KernelSet& avx512_vnni_kernels();
#endif

}  // namespace fathom::kernels
