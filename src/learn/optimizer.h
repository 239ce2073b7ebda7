// Steps of stochastic gradient descent, Adam and AdamW.
//
// sgd    g += wd p;  b = momentum b + g;  p -= lr b
// adam   g += wd p;  m = 0.9 m + 0.1 g;  v = 0.999 v + 0.001 g^2;
//        p -= lr m / (1 - 0.9^t) / (sqrt(v / (1 - 0.999^t)) + 1e-8)          Kingma and Ba, ICLR 2015
// adamw  p -= lr wd p, then as adam without wd                               Loshchilov and Hutter, ICLR 2019
//
// Those of torch.optim up to rounding. They are not LibTorch's own because what it keeps between steps is
// reached in another way in every version, and because its steps go over all values a dozen times, where on a
// processor once is enough.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fathom/learn/recipe.h"
#include "learn/optimizer_steps.h"

namespace fathom {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

class Optimizer {
 public:
  /// The parameters are changed in place. Those of one dimension (biases and normalisation) decay only where
  /// the recipe has all decay. The number of threads changes no result.
  Optimizer(const Recipe& recipe, const NamedTensors& parameters, unsigned threads);

  /// Forgets the gradients there are; the next backward pass makes new ones.
  void clear_gradients();
  /// Parameters without a gradient stay as they are.
  void step(double learning_rate);

  /// What is kept between steps: "exp_avg.NAME" and "exp_avg_sq.NAME", or "momentum_buffer.NAME", as PyTorch
  /// calls it. Writing into the tensors changes it.
  NamedTensors state() const;
  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }

 private:
  struct Parameter {
    std::string name;
    torch::Tensor value;
    double weight_decay;
    torch::Tensor first, second;  ///< moments; of sgd the first alone
  };

  StepRates rates_of(const Parameter& parameter, double learning_rate) const;
  void step_on_processor(double learning_rate, const std::vector<std::size_t>& which) const;
  void step_anywhere(const Parameter& parameter, const StepRates& rates) const;

  OptimizerKind kind_;
  double momentum_;
  unsigned threads_;
  std::vector<Parameter> parameters_;
  std::int64_t steps_ = 0;
};

}  // namespace fathom
