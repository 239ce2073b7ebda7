// A network whose parameters ask for no gradient, for as long as this lives.
#pragma once

#include <torch/torch.h>

#include <utility>
#include <vector>

#include "learn/network.h"

namespace fathom {

/// A backward pass through the network then computes the gradient of its input alone.
class FrozenParameters {
 public:
  explicit FrozenParameters(Network& network) {
    for (torch::Tensor& parameter : network.parameters()) {
      asked_.emplace_back(parameter, parameter.requires_grad());
      parameter.requires_grad_(false);
    }
  }
  ~FrozenParameters() {
    for (auto& [parameter, asked] : asked_) parameter.requires_grad_(asked);
  }
  FrozenParameters(const FrozenParameters&) = delete;
  FrozenParameters& operator=(const FrozenParameters&) = delete;

 private:
  std::vector<std::pair<torch::Tensor, bool>> asked_;
};

}  // namespace fathom
