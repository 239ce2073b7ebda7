// The fast gradient sign method: fathom/learn/attack.h has its definition.
#pragma once

#include <torch/torch.h>

#include "learn/attack_bounds.h"

namespace fathom {

/// x' of images x and the gradient of their loss. In float32 a pixel moves by epsilon and at most the
/// rounding of x + epsilon: half a unit in the last place of the result.
torch::Tensor fgsm(const torch::Tensor& images, const torch::Tensor& gradient, const AttackBounds& bounds);

}  // namespace fathom
