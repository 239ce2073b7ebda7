// Where the outputs of a network's layers can be seen.
#pragma once

#include <torch/torch.h>

#include <string_view>

namespace fathom {

/// Handed through a network's forward pass. A layer is named by the path of its module, as in torchvision:
/// "layer1.0.conv1".
class LayerTap {
 public:
  virtual ~LayerTap() = default;

  /// The output of a layer, as the layer made it: whoever keeps it clones it, since a later layer may work in
  /// place (torchvision's ReLU does).
  virtual void see(std::string_view layer, const torch::Tensor& output) = 0;
};

/// Passes `output` on, and shows it first.
inline torch::Tensor tapped(LayerTap* tap, std::string_view layer, torch::Tensor output) {
  if (tap != nullptr) tap->see(layer, output);
  return output;
}

}  // namespace fathom
