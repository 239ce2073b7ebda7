// AVX2 and FMA.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace fathom::kernels {
namespace {

struct ByteOps {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = __m256i;
  using Sum = __m256i;
  struct Bias {};
  static constexpr size_t group = 2, lanes = 8, vectors = 3, block = 4, panel = lanes * vectors;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
  static Sum zero() { return _mm256_setzero_si256(); }
  static __m256i load(const Right* right) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(right)));
  }
  static __m256i broadcast(const Left* left) {
    int pair;
    memcpy(&pair, left, sizeof pair);
    return _mm256_set1_epi32(pair);
  }
  // Two products of at most 255 * 255 add without saturation.
  static Sum multiply_add(Sum sum, __m256i row, __m256i columns) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(row, columns));
  }
  static Bias bias(const Left*, size_t) { return {}; }
  static void add_to(double* dot, Sum sum, Bias, size_t) {
    const __m256d low = _mm256_cvtepi32_pd(_mm256_castsi256_si128(sum));
    const __m256d high = _mm256_cvtepi32_pd(_mm256_extracti128_si256(sum, 1));
    _mm256_storeu_pd(dot, _mm256_add_pd(_mm256_loadu_pd(dot), low));
    _mm256_storeu_pd(dot + 4, _mm256_add_pd(_mm256_loadu_pd(dot + 4), high));
  }
};

struct FloatOps {
  using Source = float;
  using Left = double;
  using Right = double;
  using RightVector = __m256d;
  using Sum = __m256d;
  struct Bias {};
  static constexpr size_t group = 1, lanes = 4, vectors = 3, block = 4, panel = lanes * vectors;

  static Left left(float value) { return static_cast<double>(value); }
  static Right right(float value) { return static_cast<double>(value); }
  static Sum zero() { return _mm256_setzero_pd(); }
  static __m256d load(const Right* right) { return _mm256_loadu_pd(right); }
  static __m256d broadcast(const Left* left) { return _mm256_set1_pd(*left); }
  static Sum multiply_add(Sum sum, __m256d row, __m256d columns) {
    return _mm256_fmadd_pd(row, columns, sum);
  }
  static Bias bias(const Left*, size_t) { return {}; }
  static void add_to(double* dot, Sum sum, Bias, size_t) {
    _mm256_storeu_pd(dot, _mm256_add_pd(_mm256_loadu_pd(dot), sum));
  }
};

inline uint8_t below_8(const double* values, double row_threshold, const double* col_threshold) {
  const __m256d row = _mm256_set1_pd(row_threshold);
  const auto half = [&](const double* value, const double* threshold) {
    const __m256d v = _mm256_loadu_pd(value);
    const __m256d by_row = _mm256_cmp_pd(v, row, _CMP_LE_OQ);
    const __m256d by_col = _mm256_cmp_pd(v, _mm256_loadu_pd(threshold), _CMP_LE_OQ);
    return _mm256_movemask_pd(_mm256_or_pd(by_row, by_col));
  };
  return static_cast<uint8_t>(half(values, col_threshold) | half(values + 4, col_threshold + 4) << 4);
}

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx2_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
