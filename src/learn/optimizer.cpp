#include "learn/optimizer.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/parallel.h"

namespace fathom {

namespace {

/// Values a thread takes at a time.
constexpr std::size_t kChunk = 65'536;

/// A part of one parameter on the processor.
struct Chunk {
  std::size_t count;
  const float* gradient;
  float *first, *second, *values;
  StepRates rates;
};

bool is_for_processor(const torch::Tensor& value) {
  return value.is_cpu() && value.scalar_type() == torch::kFloat32 && value.is_non_overlapping_and_dense();
}

}  // namespace

Optimizer::Optimizer(const Recipe& recipe, const NamedTensors& parameters, unsigned threads)
    : kind_(recipe.optimizer), momentum_(recipe.momentum), threads_(threads) {
  for (const auto& [name, value] : parameters) {
    const bool decays = recipe.decay == Decay::all || value.dim() > 1;
    Parameter parameter{name, value, decays ? recipe.weight_decay : 0.0, torch::zeros_like(value), {}};
    if (kind_ != OptimizerKind::sgd) parameter.second = torch::zeros_like(value);
    parameters_.push_back(std::move(parameter));
  }
}

void Optimizer::clear_gradients() {
  for (Parameter& parameter : parameters_) parameter.value.mutable_grad().reset();
}

StepRates Optimizer::rates_of(const Parameter& parameter, double learning_rate) const {
  const auto t = static_cast<double>(steps_);
  StepRates rates;
  rates.learning_rate = learning_rate;
  if (kind_ == OptimizerKind::adamw) {
    rates.shrink = 1.0 - learning_rate * parameter.weight_decay;
  } else {
    rates.decay = parameter.weight_decay;
  }
  rates.momentum = momentum_;
  rates.step_size = learning_rate / (1.0 - std::pow(kAdamBeta1, t));
  rates.second_root = std::sqrt(1.0 - std::pow(kAdamBeta2, t));
  return rates;
}

void Optimizer::step(double learning_rate) {
  const torch::NoGradGuard no_gradient;
  ++steps_;
  std::vector<std::size_t> on_processor;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].value.grad().defined()) continue;
    if (is_for_processor(parameters_[i].value)) {
      on_processor.push_back(i);
    } else {
      step_anywhere(parameters_[i], rates_of(parameters_[i], learning_rate));
    }
  }
  step_on_processor(learning_rate, on_processor);
}

void Optimizer::step_on_processor(double learning_rate, const std::vector<std::size_t>& which) const {
  std::vector<Chunk> chunks;
  std::vector<torch::Tensor> gradients;  // lives as long as the chunks
  for (const std::size_t index : which) {
    const Parameter& parameter = parameters_[index];
    gradients.push_back(parameter.value.grad());
    if (gradients.back().strides() != parameter.value.strides()) {
      gradients.back() = torch::empty_like(parameter.value).copy_(gradients.back());
    }
    const StepRates rates = rates_of(parameter, learning_rate);
    const auto values = static_cast<std::size_t>(parameter.value.numel());
    for (std::size_t begin = 0; begin < values; begin += kChunk) {
      const bool moments = parameter.second.defined();
      chunks.push_back({std::min(kChunk, values - begin), gradients.back().data_ptr<float>() + begin,
                        parameter.first.data_ptr<float>() + begin,
                        moments ? parameter.second.data_ptr<float>() + begin : nullptr,
                        parameter.value.data_ptr<float>() + begin, rates});
    }
  }
  parallel_for(chunks.size(), threads_, [&](std::size_t index, unsigned) {
    const Chunk& chunk = chunks[index];
    if (kind_ == OptimizerKind::sgd) {
      sgd_step(chunk.rates, chunk.count, chunk.gradient, chunk.first, chunk.values);
    } else {
      adam_step(chunk.rates, chunk.count, chunk.gradient, chunk.first, chunk.second, chunk.values);
    }
  });
}

void Optimizer::step_anywhere(const Parameter& parameter, const StepRates& rates) const {
  torch::Tensor value = parameter.value, first = parameter.first, gradient = value.grad();
  if (rates.decay != 0.0) gradient = gradient.add(value, rates.decay);
  if (kind_ == OptimizerKind::sgd) {
    first.mul_(rates.momentum).add_(gradient);
    value.add_(first, -rates.learning_rate);
    return;
  }
  torch::Tensor second = parameter.second;
  first.mul_(kAdamBeta1).add_(gradient, 1.0 - kAdamBeta1);
  second.mul_(kAdamBeta2).addcmul_(gradient, gradient, 1.0 - kAdamBeta2);
  value.mul_(rates.shrink);
  value.addcdiv_(first, second.sqrt().div_(rates.second_root).add_(kAdamEpsilon), -rates.step_size);
}

NamedTensors Optimizer::state() const {
  NamedTensors all;
  for (const Parameter& parameter : parameters_) {
    if (kind_ == OptimizerKind::sgd) {
      all.emplace_back("momentum_buffer." + parameter.name, parameter.first);
    } else {
      all.emplace_back("exp_avg." + parameter.name, parameter.first);
      all.emplace_back("exp_avg_sq." + parameter.name, parameter.second);
    }
  }
  return all;
}

}  // namespace fathom
