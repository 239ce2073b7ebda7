// The inner loops, one set a SIMD level. Plain pointers only: the per-level files include no standard
// library.
//
// A call compares a few "left" rows (a register block) with many "right" rows (columns). Left rows are
// staged: converted and padded with zeros to whole groups, each contiguous. Right rows are packed in panels:
// the same `group` components of the rows of a panel stand together, so that the inner loop reads memory in
// order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fathom::kernels {

/// Of `kRowsAtOnce` or fewer left rows, every level.
inline constexpr size_t kRowsAtOnce = 8;
/// Survivors are written in vectors: so many more entries must be writable than pairs are compared.
inline constexpr size_t kOverrun = 16;

struct Layout {
  /// Right rows of a panel.
  size_t panel;
  /// Components that stand together; depth is padded to a multiple of it.
  size_t group;
  /// Bytes a staged or packed component takes.
  size_t left_bytes, right_bytes;
  /// Staging only copies: rows of whole groups can be taken where they are.
  bool staging_copies;
  void (*stage_left)(const void* row, size_t depth, void* staged);
  /// Packs `count` rows of `depth` components, padding both with zeros.
  void (*pack_right)(const void* const* rows, size_t count, size_t depth, void* packed);
};

/// What a comparison is given. T is the type of squared distances: of 8-bit rows uint32_t, modulo 2^32, below
/// which they must be; of float32 rows float, which rounds.
template <class T>
struct ComparedRows {
  const void* const* left;  ///< kRowsAtOnce staged rows
  size_t left_count;
  uint32_t left_first;  ///< number of the first of them, in the pairs that survive
  const T* left_norm;   ///< |x|^2, of 8-bit rows less sum_factor * sum(x), kRowsAtOnce of them
  const T* left_limit;  ///< kRowsAtOnce of them
  const void* right;    ///< packed
  size_t right_count;
  const T* right_norm;   ///< |y|^2, padded to whole panels
  const T* right_limit;  ///< padded to whole panels
  size_t depth;
  /// Long rows are compared piece by piece: sums of the pieces so far, kRowsAtOnce times the columns of whole
  /// panels; null where rows are one piece. Only the last piece has survivors.
  T* carried = nullptr;
  bool first_piece = true, last_piece = true;
};

/// Pairs that survive: squared <= left_limit[left] or squared <= right_limit[right].
template <class T>
struct Survivors {
  uint32_t* pair;  ///< left * 2^16 + right
  T* squared;
  size_t count;
};

struct ByteKernel {
  Layout layout;
  uint32_t sum_factor;
  /// Squared distances of 8-bit rows, exactly; appends the pairs that survive, ordered by panel.
  void (*compare)(const ComparedRows<uint32_t>& rows, Survivors<uint32_t>& survivors);
};

struct ProductKernel {
  Layout layout;
  /// dot[r * stride + c] += sum over depth of left[r] * right[c], for kRowsAtOnce rows and whole panels.
  void (*multiply)(const void* left, const void* right, size_t right_count, size_t depth, double* dot,
                   size_t stride);
};

/// Codes 0..last, at most 255, stand for low + scale * code.
struct Quantiser {
  double low, scale, last, largest;
};
struct QuantisationLeft {
  double clamped, all;
  bool within;  ///< all values are numbers of at most `largest` in magnitude
};

inline constexpr size_t kPartialSums = 16;
/// Of squared differences: component k is in number k % kPartialSums.
struct PartialSums {
  double sum[kPartialSums];
};

struct ByteSums {
  uint32_t values, squares;
};

struct KernelSet {
  /// Rows of 8-bit integers.
  ByteKernel bytes;
  /// Rows of 8-bit integers, depth at most 32,768. What is added is x(y - sum_factor / 2).
  ProductKernel byte_products;
  /// Rows of float32, multiplied in float64: products are exact, so that fused and separate additions agree.
  ProductKernel doubles;
  /// Rows of float32, multiplied and summed in float32: levels round differently.
  ProductKernel floats;
  /// Of rows laid out for `floats`, |x|^2 + |y|^2 - 2xy in float32; appends the pairs that survive.
  void (*compare_floats)(const ComparedRows<float>& rows, Survivors<float>& survivors);
  /// values[c] = row_norm + col_norm[c] - 2 * values[c]
  void (*finish_row)(double* values, size_t count, double row_norm, const double* col_norm);
  /// Bit c % 8 of mask[c / 8]: values[c] <= row_threshold or values[c] <= col_threshold[c]. Count is rounded
  /// up to a multiple of 8: both arrays are readable that far.
  void (*find_below)(const double* values, size_t count, double row_threshold, const double* col_threshold,
                     uint8_t* mask);
  /// Sum of a[k] (b[k] - sum_factor / 2), modulo 2^32.
  uint32_t (*byte_product)(const uint8_t* a, const uint8_t* b, size_t count);
  /// Sum of a[k], and of its squares, modulo 2^32.
  ByteSums (*byte_sums)(const uint8_t* a, size_t count);
  /// Sum of (a[k] - b[k])^2 of 16-bit integers, which must be below 2^31.
  uint32_t (*squared_distance_words)(const int16_t* a, const int16_t* b, size_t count);
  /// Sum of (a[k] - b[k])^2, exactly.
  uint64_t (*squared_distance_bytes)(const uint8_t* a, const uint8_t* b, size_t count);
  /// Of every row b[r] the sum of (a[k] - b[r][k])^2 in float64: 16 partial sums, component k in number
  /// k % 16, added as a tree.
  void (*squared_distances_float)(const float* a, const float* const* b, size_t rows, size_t count,
                                  double* out);
  void (*squared_distances_double)(const double* a, const double* const* b, size_t rows, size_t count,
                                   double* out);
  /// The same piece by piece: adds the squares of `count` components, a multiple of 16, to the partial sums
  /// of every row. `next`: rows that will be wanted soon.
  void (*add_squares_float)(const float* a, const float* const* b, const float* const* next, size_t rows,
                            size_t count, PartialSums* sums);
  void (*add_squares_double)(const double* a, const double* const* b, const double* const* next, size_t rows,
                             size_t count, PartialSums* sums);
  /// What is left after the last whole 16 components, and the sum of all.
  double (*last_squares_float)(const float* a, const float* b, size_t count, PartialSums& sums);
  double (*last_squares_double)(const double* a, const double* b, size_t count, PartialSums& sums);
  /// Codes: (clamped value - low) / scale, rounded and at most `last`, and the sums of squares of what they
  /// leave of the clamped values and of the values.
  void (*quantise_float)(const float* values, size_t count, const Quantiser& quantiser, uint8_t* codes,
                         QuantisationLeft& left);
  void (*quantise_double)(const double* values, size_t count, const Quantiser& quantiser, uint8_t* codes,
                          QuantisationLeft& left);
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
