// One step of an optimiser over contiguous values, reading and writing each of them once. No LibTorch.
#pragma once

#include <cstddef>

namespace fathom {

/// What a step needs to know. optimizer.h has the formulas.
struct StepRates {
  double learning_rate = 0.0;
  double shrink = 1.0;       ///< factor of the value before the step: AdamW's decay
  double decay = 0.0;        ///< of the value, added to the gradient: the others' decay
  double momentum = 0.0;     ///< of sgd
  double step_size = 0.0;    ///< learning rate / (1 - beta1^t)
  double second_root = 1.0;  ///< sqrt(1 - beta2^t)
};

inline constexpr double kAdamBeta1 = 0.9, kAdamBeta2 = 0.999, kAdamEpsilon = 1e-8;

void sgd_step(const StepRates& rates, std::size_t count, const float* gradient, float* momentum,
              float* values);
void adam_step(const StepRates& rates, std::size_t count, const float* gradient, float* first, float* second,
               float* values);

}  // namespace fathom
