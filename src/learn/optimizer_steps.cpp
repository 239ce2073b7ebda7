#include "learn/optimizer_steps.h"

#include <cmath>

namespace fathom {

void sgd_step(const StepRates& rates, std::size_t count, const float* gradient, float* momentum,
              float* values) {
  const auto keep = static_cast<float>(rates.momentum), rate = static_cast<float>(rates.learning_rate);
  const auto decay = static_cast<float>(rates.decay);
  for (std::size_t i = 0; i < count; ++i) {
    momentum[i] = keep * momentum[i] + (gradient[i] + decay * values[i]);
    values[i] -= rate * momentum[i];
  }
}

void adam_step(const StepRates& rates, std::size_t count, const float* gradient, float* first, float* second,
               float* values) {
  const auto beta1 = static_cast<float>(kAdamBeta1), rest1 = static_cast<float>(1.0 - kAdamBeta1);
  const auto beta2 = static_cast<float>(kAdamBeta2), rest2 = static_cast<float>(1.0 - kAdamBeta2);
  const auto shrink = static_cast<float>(rates.shrink), decay = static_cast<float>(rates.decay);
  const auto size = static_cast<float>(rates.step_size), epsilon = static_cast<float>(kAdamEpsilon);
  const auto per_root = static_cast<float>(1.0 / rates.second_root);
  for (std::size_t i = 0; i < count; ++i) {
    const float slope = gradient[i] + decay * values[i];
    first[i] = beta1 * first[i] + rest1 * slope;
    second[i] = beta2 * second[i] + rest2 * slope * slope;
    values[i] = shrink * values[i] - size * first[i] / (std::sqrt(second[i]) * per_root + epsilon);
  }
}

}  // namespace fathom
