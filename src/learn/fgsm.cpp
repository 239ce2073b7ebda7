#include "learn/fgsm.h"

namespace fathom {

torch::Tensor fgsm(const torch::Tensor& images, const torch::Tensor& gradient, const AttackBounds& bounds) {
  const torch::NoGradGuard no_gradient;
  return gradient.sign().mul_(bounds.epsilon).add_(images).clamp_(bounds.range.low, bounds.range.high);
}

}  // namespace fathom
