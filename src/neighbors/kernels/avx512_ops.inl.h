// What the two AVX-512 levels share. Included once by each level's file, inside no namespace.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

inline void add_int32_to(double* dot, __m512i sum) {
  const __m512d low = _mm512_cvtepi32_pd(_mm512_castsi512_si256(sum));
  const __m512d high = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(sum, 1));
  _mm512_storeu_pd(dot, _mm512_add_pd(_mm512_loadu_pd(dot), low));
  _mm512_storeu_pd(dot + 8, _mm512_add_pd(_mm512_loadu_pd(dot + 8), high));
}

struct FloatOps {
  using Source = float;
  using Left = double;
  using Right = double;
  using RightVector = __m512d;
  using Sum = __m512d;
  struct Bias {};
  static constexpr size_t group = 1, lanes = 8, vectors = 3, block = 8, panel = lanes * vectors;

  static Left left(float value) { return static_cast<double>(value); }
  static Right right(float value) { return static_cast<double>(value); }
  static Sum zero() { return _mm512_setzero_pd(); }
  static __m512d load(const Right* right) { return _mm512_loadu_pd(right); }
  static __m512d broadcast(const Left* left) { return _mm512_set1_pd(*left); }
  static Sum multiply_add(Sum sum, __m512d row, __m512d columns) {
    return _mm512_fmadd_pd(row, columns, sum);
  }
  static Bias bias(const Left*, size_t) { return {}; }
  static void add_to(double* dot, Sum sum, Bias, size_t) {
    _mm512_storeu_pd(dot, _mm512_add_pd(_mm512_loadu_pd(dot), sum));
  }
};

inline uint8_t below_8(const double* values, double row_threshold, const double* col_threshold) {
  const __m512d v = _mm512_loadu_pd(values);
  return static_cast<uint8_t>(_mm512_cmp_pd_mask(v, _mm512_set1_pd(row_threshold), _CMP_LE_OQ) |
                              _mm512_cmp_pd_mask(v, _mm512_loadu_pd(col_threshold), _CMP_LE_OQ));
}

}  // namespace
}  // namespace fathom::kernels
