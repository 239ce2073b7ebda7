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
  static constexpr size_t group = 4, lanes = 16, vectors = 3, block = 8, panel = lanes * vectors;

  static Left left(uint8_t value) { return value; }
  // The right factor must be signed: x - 128. bias() gives back 128 times the sum of the left row.
  static Right right(uint8_t value) { return static_cast<int8_t>(value ^ 0x80); }
  static Sum zero() { return _mm512_setzero_si512(); }
  static __m512i load(const Right* right) { return load_512(right); }
  static __m512i broadcast(const Left* left) { return broadcast_4_bytes(left); }
  static Sum multiply_add(Sum sum, __m512i row, __m512i columns) { return _mm512_dpbusd_epi32(sum, row, columns); }
  static __m512i bias(const Left* left, size_t count) {
    int sum = 0;
    for (size_t k = 0; k < count; ++k) sum += left[k];
    return _mm512_set1_epi32(128 * sum);
  }
  static void add_to(double* dot, Sum sum, __m512i bias) { add_int32_to(dot, _mm512_add_epi32(sum, bias)); }
};

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx512_vnni_kernels() { return kKernels; }
}  // namespace fathom::kernels
