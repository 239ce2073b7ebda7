#include "neighbors/kernels/select_kernels.h"

#include "fathom/core/error.h"

namespace fathom {

const kernels::KernelSet& select_kernels(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      return kernels::scalar_kernels();
#if defined(__x86_64__)
    case SimdLevel::avx2:
      return kernels::avx2_kernels();
    case SimdLevel::avx512:
      return kernels::avx512_kernels();
    case SimdLevel::avx512_vnni:
      return kernels::avx512_vnni_kernels();
#else
    default:
      break;
#endif
  }
  throw InternalError("no kernels for this SIMD level");
}

}  // namespace fathom
