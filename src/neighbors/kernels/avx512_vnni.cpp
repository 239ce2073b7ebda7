// AVX-512 with VNNI: four products of unsigned with signed bytes an instruction lane.
#include "neighbors/kernels/avx512_ops.inl.h"

namespace fathom::kernels {
namespace {

struct ByteOps {
  using Source = uint8_t;
  using Left = uint8_t;
  using Right = int8_t;
  using RightVector = __m512i;
  using Sum = __m512i;
  static constexpr size_t group = 4, lanes = 16, vectors = 3, block = 8;
  // The right factor must be signed: y - 128. Then |x - y|^2 = |x|^2 - 256 sum(x) + |y|^2 - 2 x(y - 128).
  static constexpr uint32_t sum_factor = 256;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return static_cast<int8_t>(value ^ 0x80); }
  static Sum zero() { return _mm512_setzero_si512(); }
  static __m512i load(const Right* right) { return load_512(right); }
  static __m512i broadcast(const Left* left) { return broadcast_4_bytes(left); }
  static Sum multiply_add(Sum sum, __m512i row, __m512i columns) {
    return _mm512_dpbusd_epi32(sum, row, columns);
  }
  static void add_to(double* dot, Sum sum) { add_int32_to(dot, sum); }
  static constexpr auto keep_near = keep_near_16;
};

uint32_t byte_product(const uint8_t* a, const uint8_t* b, size_t count) {
  const __m512i flip = _mm512_set1_epi8(-128);
  __m512i sums[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                     _mm512_setzero_si512()};
  size_t k = 0;
  for (; k + 256 <= count; k += 256) {
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      const size_t at = k + 64 * i;
      sums[i] = _mm512_dpbusd_epi32(sums[i], load_512(a + at), _mm512_xor_si512(load_512(b + at), flip));
    }
  }
  for (; k < count; k += 64) {
    const __mmask64 there = count - k >= 64 ? ~__mmask64{0} : (__mmask64{1} << (count - k)) - 1;
    sums[0] = _mm512_dpbusd_epi32(sums[0], _mm512_maskz_loadu_epi8(there, a + k),
                                  _mm512_xor_si512(_mm512_maskz_loadu_epi8(there, b + k), flip));
  }
  return static_cast<uint32_t>(_mm512_reduce_add_epi32(
      _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3]))));
}

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx512_vnni_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
