// Dispatch: once, outside every loop.
#pragma once

#include "fathom/core/simd_level.h"
#include "neighbors/kernels/pair_kernels.h"

namespace fathom {

const kernels::KernelSet& select_kernels(SimdLevel level);

}  // namespace fathom
