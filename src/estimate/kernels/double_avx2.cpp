// AVX2.
#include <stddef.h>

namespace fathom::kernels {
namespace {
constexpr size_t kVectorLanes = 4, kPanelVectors = 2, kBlockRows = 4;
}
}  // namespace fathom::kernels

#include "estimate/kernels/double_kernels.inl.h"

namespace fathom::kernels {
const DoubleKernels& avx2_double_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
