// AVX2 and FMA.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom::kernels {
namespace {

inline __m256i load_256(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

template <class T>
void keep_lanes(uint32_t mask, const T* lane, uint32_t first_pair, uint32_t* pair, T* squared) {
  for (size_t kept = 0; mask != 0; mask &= mask - 1, ++kept) {
    const auto i = static_cast<uint32_t>(__builtin_ctz(mask));
    pair[kept] = first_pair + i;
    squared[kept] = lane[i];
  }
}

struct ByteOps {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = __m256i;
  using Sum = __m256i;
  static constexpr size_t group = 2, lanes = 8, vectors = 3, block = 4;
  static constexpr uint32_t sum_factor = 0;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
  static Sum zero() { return _mm256_setzero_si256(); }
  static __m256i load(const Right* right) { return load_256(right); }
  static __m256i broadcast(const Left* left) {
    int pair;
    memcpy(&pair, left, sizeof pair);
    return _mm256_set1_epi32(pair);
  }
  // Two products of at most 255 * 255 add without saturation.
  static Sum multiply_add(Sum sum, __m256i row, __m256i columns) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(row, columns));
  }
  static void add_to(double* dot, Sum sum) {
    const __m256d low = _mm256_cvtepi32_pd(_mm256_castsi256_si128(sum));
    const __m256d high = _mm256_cvtepi32_pd(_mm256_extracti128_si256(sum, 1));
    _mm256_storeu_pd(dot, _mm256_add_pd(_mm256_loadu_pd(dot), low));
    _mm256_storeu_pd(dot + 4, _mm256_add_pd(_mm256_loadu_pd(dot + 4), high));
  }
  static Sum load_values(const uint32_t* values) { return load_256(values); }
  static Sum spread(uint32_t value) { return _mm256_set1_epi32(static_cast<int>(value)); }
  static Sum distance(Sum sum, Sum left_norm, Sum right_norm) {
    return _mm256_sub_epi32(_mm256_add_epi32(left_norm, right_norm), _mm256_slli_epi32(sum, 1));
  }
  static uint32_t within(Sum distance, Sum left_limit, Sum right_limit) {
    const __m256i limit = _mm256_max_epu32(left_limit, right_limit);
    const __m256i near = _mm256_cmpeq_epi32(_mm256_min_epu32(distance, limit), distance);
    return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(near)));
  }
  static void keep(uint32_t near, Sum distance, uint32_t first_pair, uint32_t* pair, uint32_t* squared) {
    uint32_t lane[lanes];
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(lane)), distance);
    keep_lanes(near, lane, first_pair, pair, squared);
  }
};

struct DoubleOps {
  using Source = float;
  using Left = double;
  using Right = double;
  using RightVector = __m256d;
  using Sum = __m256d;
  static constexpr size_t group = 1, lanes = 4, vectors = 3, block = 4;

  static Left left(float value) { return static_cast<double>(value); }
  static Right right(float value) { return static_cast<double>(value); }
  static Sum zero() { return _mm256_setzero_pd(); }
  static __m256d load(const Right* right) { return _mm256_loadu_pd(right); }
  static __m256d broadcast(const Left* left) { return _mm256_set1_pd(*left); }
  static Sum multiply_add(Sum sum, __m256d row, __m256d columns) {
    return _mm256_fmadd_pd(row, columns, sum);
  }
  static void add_to(double* dot, Sum sum) {
    _mm256_storeu_pd(dot, _mm256_add_pd(_mm256_loadu_pd(dot), sum));
  }
};

struct FloatOps {
  using Source = float;
  using Left = float;
  using Right = float;
  using RightVector = __m256;
  using Sum = __m256;
  static constexpr size_t group = 1, lanes = 8, vectors = 3, block = 4;

  static Left left(float value) { return value; }
  static Right right(float value) { return value; }
  static Sum zero() { return _mm256_setzero_ps(); }
  static __m256 load(const Right* right) { return _mm256_loadu_ps(right); }
  static __m256 broadcast(const Left* left) { return _mm256_set1_ps(*left); }
  static Sum multiply_add(Sum sum, __m256 row, __m256 columns) { return _mm256_fmadd_ps(row, columns, sum); }
  static void add_to(double* dot, Sum sum) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(sum));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(sum, 1));
    _mm256_storeu_pd(dot, _mm256_add_pd(_mm256_loadu_pd(dot), low));
    _mm256_storeu_pd(dot + 4, _mm256_add_pd(_mm256_loadu_pd(dot + 4), high));
  }
  static Sum load_values(const float* values) { return _mm256_loadu_ps(values); }
  static Sum spread(float value) { return _mm256_set1_ps(value); }
  static Sum distance(Sum sum, Sum left_norm, Sum right_norm) {
    return _mm256_fnmadd_ps(spread(2.0F), sum, _mm256_add_ps(left_norm, right_norm));
  }
  static uint32_t within(Sum distance, Sum left_limit, Sum right_limit) {
    const __m256 near = _mm256_cmp_ps(distance, _mm256_max_ps(left_limit, right_limit), _CMP_LE_OQ);
    return static_cast<uint32_t>(_mm256_movemask_ps(near));
  }
  static void keep(uint32_t near, Sum distance, uint32_t first_pair, uint32_t* pair, float* squared) {
    float lane[lanes];
    _mm256_storeu_ps(lane, distance);
    keep_lanes(near, lane, first_pair, pair, squared);
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

inline __m256i widen_16(const uint8_t* from) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(from))));
}

inline uint32_t add_lanes(__m256i sums) {
  uint32_t lane[8];
  _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(lane)), sums);
  uint32_t sum = 0;
  for (const uint32_t part : lane) sum += part;
  return sum;
}

uint32_t squared_distance_words(const int16_t* a, const int16_t* b, size_t count) {
  __m256i sums = _mm256_setzero_si256();
  size_t k = 0;
  for (; k + 16 <= count; k += 16) {
    const __m256i difference = _mm256_sub_epi16(load_256(a + k), load_256(b + k));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(difference, difference));
  }
  uint32_t sum = add_lanes(sums);
  for (; k < count; ++k) {
    const int difference = int{a[k]} - int{b[k]};
    sum += static_cast<uint32_t>(difference * difference);
  }
  return sum;
}

uint32_t byte_product(const uint8_t* a, const uint8_t* b, size_t count) {
  __m256i sums = _mm256_setzero_si256();
  size_t k = 0;
  for (; k + 16 <= count; k += 16) {
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(widen_16(a + k), widen_16(b + k)));
  }
  uint32_t sum = add_lanes(sums);
  for (; k < count; ++k) sum += static_cast<uint32_t>(a[k] * b[k]);
  return sum;
}

inline uint64_t squares_of_differences(const uint8_t* a, const uint8_t* b, size_t count) {
  __m256i sums = _mm256_setzero_si256();
  size_t k = 0;
  for (; k + 16 <= count; k += 16) {
    const __m256i difference = _mm256_sub_epi16(widen_16(a + k), widen_16(b + k));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(difference, difference));
  }
  uint32_t lane[8];
  _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(lane)), sums);
  uint64_t sum = 0;
  for (const uint32_t part : lane) sum += part;
  for (; k < count; ++k) {
    const int difference = int{a[k]} - int{b[k]};
    sum += static_cast<uint64_t>(difference * difference);
  }
  return sum;
}

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx2_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
