// What the two AVX-512 levels share. Included once by each level's file, inside no namespace.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom::kernels {
namespace {

inline __m512i load_512(const void* from) {
  return _mm512_loadu_si512(from);
}

inline __m512i broadcast_4_bytes(const void* from) {
  int four;
  memcpy(&four, from, sizeof four);
  return _mm512_set1_epi32(four);
}

inline __m512i pairs_from(uint32_t first) {
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)), ascending);
}

/// Vectors of 16 sums of products of bytes.
struct ByteSumOps {
  using Sum = __m512i;
  static Sum zero() { return _mm512_setzero_si512(); }
  static Sum load_values(const uint32_t* values) { return load_512(values); }
  static Sum spread(uint32_t value) { return _mm512_set1_epi32(static_cast<int>(value)); }
  static Sum distance(Sum sum, Sum left_norm, Sum right_norm) {
    return _mm512_sub_epi32(_mm512_add_epi32(left_norm, right_norm), _mm512_slli_epi32(sum, 1));
  }
  static uint32_t within(Sum distance, Sum left_limit, Sum right_limit) {
    return _mm512_cmple_epu32_mask(distance, _mm512_max_epu32(left_limit, right_limit));
  }
  static void keep(uint32_t near, Sum distance, uint32_t first_pair, uint32_t* pair, uint32_t* squared) {
    const auto mask = static_cast<__mmask16>(near);
    _mm512_storeu_si512(pair, _mm512_maskz_compress_epi32(mask, pairs_from(first_pair)));
    _mm512_storeu_si512(squared, _mm512_maskz_compress_epi32(mask, distance));
  }
};

inline void add_int32_to(double* dot, __m512i sum) {
  const __m512d low = _mm512_cvtepi32_pd(_mm512_castsi512_si256(sum));
  const __m512d high = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(sum, 1));
  _mm512_storeu_pd(dot, _mm512_add_pd(_mm512_loadu_pd(dot), low));
  _mm512_storeu_pd(dot + 8, _mm512_add_pd(_mm512_loadu_pd(dot + 8), high));
}

struct DoubleOps {
  using Source = float;
  using Left = double;
  using Right = double;
  using RightVector = __m512d;
  using Sum = __m512d;
  static constexpr size_t group = 1, lanes = 8, vectors = 3, block = 8;

  static Left left(float value) { return static_cast<double>(value); }
  static Right right(float value) { return static_cast<double>(value); }
  static Sum zero() { return _mm512_setzero_pd(); }
  static __m512d load(const Right* right) { return _mm512_loadu_pd(right); }
  static __m512d broadcast(const Left* left) { return _mm512_set1_pd(*left); }
  static Sum multiply_add(Sum sum, __m512d row, __m512d columns) {
    return _mm512_fmadd_pd(row, columns, sum);
  }
  static void add_to(double* dot, Sum sum) {
    _mm512_storeu_pd(dot, _mm512_add_pd(_mm512_loadu_pd(dot), sum));
  }
};

struct FloatOps {
  using Source = float;
  using Left = float;
  using Right = float;
  using RightVector = __m512;
  using Sum = __m512;
  static constexpr size_t group = 1, lanes = 16, vectors = 3, block = 8;

  static Left left(float value) { return value; }
  static Right right(float value) { return value; }
  static Sum zero() { return _mm512_setzero_ps(); }
  static __m512 load(const Right* right) { return _mm512_loadu_ps(right); }
  static __m512 broadcast(const Left* left) { return _mm512_set1_ps(*left); }
  static Sum multiply_add(Sum sum, __m512 row, __m512 columns) { return _mm512_fmadd_ps(row, columns, sum); }
  static void add_to(double* dot, Sum sum) {
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(sum));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(sum, 1));
    _mm512_storeu_pd(dot, _mm512_add_pd(_mm512_loadu_pd(dot), low));
    _mm512_storeu_pd(dot + 8, _mm512_add_pd(_mm512_loadu_pd(dot + 8), high));
  }
  static Sum load_values(const float* values) { return _mm512_loadu_ps(values); }
  static Sum spread(float value) { return _mm512_set1_ps(value); }
  static Sum distance(Sum sum, Sum left_norm, Sum right_norm) {
    return _mm512_fnmadd_ps(spread(2.0F), sum, _mm512_add_ps(left_norm, right_norm));
  }
  static uint32_t within(Sum distance, Sum left_limit, Sum right_limit) {
    return _mm512_cmp_ps_mask(distance, _mm512_max_ps(left_limit, right_limit), _CMP_LE_OQ);
  }
  static void keep(uint32_t near, Sum distance, uint32_t first_pair, uint32_t* pair, float* squared) {
    const auto mask = static_cast<__mmask16>(near);
    _mm512_storeu_si512(pair, _mm512_maskz_compress_epi32(mask, pairs_from(first_pair)));
    _mm512_storeu_ps(squared, _mm512_maskz_compress_ps(mask, distance));
  }
};

inline uint8_t below_8(const double* values, double row_threshold, const double* col_threshold) {
  const __m512d v = _mm512_loadu_pd(values);
  return static_cast<uint8_t>(_mm512_cmp_pd_mask(v, _mm512_set1_pd(row_threshold), _CMP_LE_OQ) |
                              _mm512_cmp_pd_mask(v, _mm512_loadu_pd(col_threshold), _CMP_LE_OQ));
}

uint32_t squared_distance_words(const int16_t* a, const int16_t* b, size_t count) {
  __m512i sum = _mm512_setzero_si512();
  for (size_t k = 0; k < count; k += 32) {
    const auto there = count - k >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((1u << (count - k)) - 1);
    const __m512i difference =
        _mm512_sub_epi16(_mm512_maskz_loadu_epi16(there, a + k), _mm512_maskz_loadu_epi16(there, b + k));
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(difference, difference));
  }
  return static_cast<uint32_t>(_mm512_reduce_add_epi32(sum));
}

inline uint64_t squares_of_differences(const uint8_t* a, const uint8_t* b, size_t count) {
  __m512i even = _mm512_setzero_si512(), odd = even;
  const auto add = [](__m512i sum, __m256i x, __m256i y) {
    const __m512i difference = _mm512_sub_epi16(_mm512_cvtepu8_epi16(x), _mm512_cvtepu8_epi16(y));
    return _mm512_add_epi32(sum, _mm512_madd_epi16(difference, difference));
  };
  const auto load = [](const uint8_t* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(from)));
  };
  size_t k = 0;
  for (; k + 64 <= count; k += 64) {
    even = add(even, load(a + k), load(b + k));
    odd = add(odd, load(a + k + 32), load(b + k + 32));
  }
  for (; k < count; k += 32) {
    const auto there = count - k >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((1u << (count - k)) - 1);
    even = add(even, _mm256_maskz_loadu_epi8(there, a + k), _mm256_maskz_loadu_epi8(there, b + k));
  }
  return static_cast<uint64_t>(_mm512_reduce_add_epi64(
      _mm512_add_epi64(_mm512_add_epi64(_mm512_cvtepu32_epi64(_mm512_castsi512_si256(even)),
                                        _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(even, 1))),
                       _mm512_add_epi64(_mm512_cvtepu32_epi64(_mm512_castsi512_si256(odd)),
                                        _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(odd, 1))))));
}

}  // namespace
}  // namespace fathom::kernels
