// AVX-512 F, BW, DQ, VL.
#include "neighbors/kernels/avx512_ops.inl.h"

namespace fathom::kernels {
namespace {

struct ByteOps {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = __m512i;
  using Sum = __m512i;
  struct Bias {};
  static constexpr size_t group = 2, lanes = 16, vectors = 3, block = 8, panel = lanes * vectors;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
  static Sum zero() { return _mm512_setzero_si512(); }
  static __m512i load(const Right* right) { return load_512(right); }
  static __m512i broadcast(const Left* left) { return broadcast_4_bytes(left); }
  // Two products of at most 255 * 255 add without saturation.
  static Sum multiply_add(Sum sum, __m512i row, __m512i columns) {
    return _mm512_add_epi32(sum, _mm512_madd_epi16(row, columns));
  }
  static Bias bias(const Left*, size_t) { return {}; }
  static void add_to(double* dot, Sum sum, Bias, size_t) { add_int32_to(dot, sum); }
};

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx512_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
