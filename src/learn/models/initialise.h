// What the families share when they draw initial weights.
#pragma once

#include <torch/torch.h>

namespace fathom {

/// Calls `visit` for every `Module` below `root`, in torchvision's order of modules().
template <class Module, class Visit>
void for_each(const torch::nn::Module& root, Visit visit) {
  for (const auto& module : root.modules(false))
    if (auto* const layer = dynamic_cast<Module*>(module.get())) visit(*layer);
}

/// Gives `convolution` the parameters of `replacement`, and with them its number of input channels: what
/// assigning another module does in Python.
inline void replace(torch::nn::Conv2d& convolution, const torch::nn::Conv2d& replacement) {
  convolution->options.in_channels(replacement->options.in_channels());
  convolution->weight.set_data(replacement->weight.detach());
  if (convolution->bias.defined()) convolution->bias.set_data(replacement->bias.detach());
}

}  // namespace fathom
