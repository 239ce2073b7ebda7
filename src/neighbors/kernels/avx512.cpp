// AVX-512 F, BW, DQ, VL.
#include "neighbors/kernels/avx512_ops.inl.h"

namespace fathom::kernels {
namespace {

struct ByteOps : ByteSumOps {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = __m512i;
  static constexpr size_t group = 2, lanes = 16, vectors = 3, block = 8;
  static constexpr uint32_t sum_factor = 0;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
  static __m512i load(const Right* right) { return load_512(right); }
  static __m512i broadcast(const Left* left) { return broadcast_4_bytes(left); }
  // Two products of at most 255 * 255 add without saturation.
  static Sum multiply_add(Sum sum, __m512i row, __m512i columns) {
    return _mm512_add_epi32(sum, _mm512_madd_epi16(row, columns));
  }
  static void add_to(double* dot, Sum sum) { add_int32_to(dot, sum); }
};

uint32_t byte_product(const uint8_t* a, const uint8_t* b, size_t count) {
  __m512i sum = _mm512_setzero_si512();
  for (size_t k = 0; k < count; k += 32) {
    const auto there = count - k >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((1u << (count - k)) - 1);
    const __m512i x = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(there, a + k));
    const __m512i y = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(there, b + k));
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(x, y));
  }
  return static_cast<uint32_t>(_mm512_reduce_add_epi32(sum));
}

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx512_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
