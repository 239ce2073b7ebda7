// AVX-512 with VNNI: four products of unsigned with signed bytes an instruction lane.
#include "neighbors/kernels/avx512_ops.inl.h"

namespace fathom::kernels {
namespace {

struct ByteOps : ByteSumOps {
  using Source = uint8_t;
  using Left = uint8_t;
  using Right = int8_t;
  using RightVector = __m512i;
  static constexpr size_t group = 4, lanes = 16, vectors = 3, block = 8;
  // The right factor must be signed: y - 128. Then |x - y|^2 = |x|^2 - 256 sum(x) + |y|^2 - 2 x(y - 128).
  static constexpr uint32_t sum_factor = 256;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return static_cast<int8_t>(value ^ 0x80); }
  static __m512i load(const Right* right) { return load_512(right); }
  static __m512i broadcast(const Left* left) { return broadcast_4_bytes(left); }
  static Sum multiply_add(Sum sum, __m512i row, __m512i columns) {
    return _mm512_dpbusd_epi32(sum, row, columns);
  }
  static void add_to(double* dot, Sum sum) { add_int32_to(dot, sum); }
};

/// Registers of 16 numbers of 4 bytes as the rows of a square, turned into its columns.
inline void transpose_16(__m512i (&rows)[16]) {
  __m512i pairs[16], fours[16], halves[16];
#pragma GCC unroll 8
  for (size_t i = 0; i < 8; ++i) {
    pairs[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
    pairs[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (size_t i = 0; i < 4; ++i) {
#pragma GCC unroll 2
    for (size_t j = 0; j < 2; ++j) {
      fours[4 * i + 2 * j] = _mm512_unpacklo_epi64(pairs[4 * i + j], pairs[4 * i + j + 2]);
      fours[4 * i + 2 * j + 1] = _mm512_unpackhi_epi64(pairs[4 * i + j], pairs[4 * i + j + 2]);
    }
  }
  // fours[4 i + c]: in each quarter q, column 4 q + c of rows 4 i to 4 i + 3.
#pragma GCC unroll 4
  for (size_t c = 0; c < 4; ++c) {
    halves[c] = _mm512_shuffle_i32x4(fours[c], fours[4 + c], 0x88);
    halves[4 + c] = _mm512_shuffle_i32x4(fours[c], fours[4 + c], 0xdd);
    halves[8 + c] = _mm512_shuffle_i32x4(fours[8 + c], fours[12 + c], 0x88);
    halves[12 + c] = _mm512_shuffle_i32x4(fours[8 + c], fours[12 + c], 0xdd);
  }
#pragma GCC unroll 4
  for (size_t c = 0; c < 4; ++c) {
    rows[c] = _mm512_shuffle_i32x4(halves[c], halves[8 + c], 0x88);
    rows[8 + c] = _mm512_shuffle_i32x4(halves[c], halves[8 + c], 0xdd);
    rows[4 + c] = _mm512_shuffle_i32x4(halves[4 + c], halves[12 + c], 0x88);
    rows[12 + c] = _mm512_shuffle_i32x4(halves[4 + c], halves[12 + c], 0xdd);
  }
}

inline size_t pack_lanes(const ByteOps&, const void* const* rows, size_t depth, int8_t* packed) {
  const __m512i flip = _mm512_set1_epi8(-128);
  size_t k = 0;
  for (; k + 64 <= depth; k += 64) {
    __m512i square[16];
#pragma GCC unroll 16
    for (size_t r = 0; r < 16; ++r) {
      square[r] = _mm512_xor_si512(load_512(static_cast<const uint8_t*>(rows[r]) + k), flip);
    }
    transpose_16(square);
#pragma GCC unroll 16
    for (size_t g = 0; g < 16; ++g) {
      _mm512_storeu_si512(packed + (k + 4 * g) * ByteOps::lanes * ByteOps::vectors, square[g]);
    }
  }
  return k;
}

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
