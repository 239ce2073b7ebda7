// AVX-512.
#include <stddef.h>

namespace fathom::kernels {
namespace {
constexpr size_t kVectorLanes = 8, kPanelVectors = 2, kBlockRows = 8;
}
}  // namespace fathom::kernels

#include "estimate/kernels/double_kernels.inl.h"

namespace fathom::kernels {
const DoubleKernels& avx512_double_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
