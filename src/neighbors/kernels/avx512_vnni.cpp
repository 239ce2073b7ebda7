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
  struct Bias {
    int row[block];  ///< 128 times the sum of each left row
  };

  static Left left(uint8_t value) { return value; }
  // The right factor must be signed: x - 128. bias() gives back 128 times the sum of the left row.
  static Right right(uint8_t value) { return static_cast<int8_t>(value ^ 0x80); }
  static Sum zero() { return _mm512_setzero_si512(); }
  static __m512i load(const Right* right) { return load_512(right); }
  static __m512i broadcast(const Left* left) { return broadcast_4_bytes(left); }
  static Sum multiply_add(Sum sum, __m512i row, __m512i columns) {
    return _mm512_dpbusd_epi32(sum, row, columns);
  }
  static Bias bias(const Left* left, size_t groups) {
    static_assert(block * group == sizeof(__m256i));
    const __m256i ones = _mm256_set1_epi8(1);
    __m256i sum = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; ++g) {
      const auto* rows = static_cast<const __m256i*>(static_cast<const void*>(left + g * block * group));
      sum = _mm256_dpbusd_epi32(sum, _mm256_loadu_si256(rows), ones);
    }
    Bias result;
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(result.row)), _mm256_slli_epi32(sum, 7));
    return result;
  }
  static void add_to(double* dot, Sum sum, const Bias& bias, size_t row) {
    add_int32_to(dot, _mm512_add_epi32(sum, _mm512_set1_epi32(bias.row[row])));
  }
};

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& avx512_vnni_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
