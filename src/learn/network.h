// A network that classifies images.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "learn/layer_tap.h"

namespace fathom {

/// How deep a layer is.
struct LayerDepth {
  std::string layer;
  std::int64_t depth = 0;
};

/// A model that Fathom builds, or a TorchScript file. Parameters and buffers are named as in torchvision.
class Network {
 public:
  virtual ~Network() = default;

  /// Logits, N x classes, of N x channels x height x width values as the protocol gives them. `tap`, where
  /// there is one, sees the output of every layer in the order in which they are computed, each layer once: a
  /// module that is used several times (the ReLU of a residual block) at its last use, as a forward hook that
  /// overwrites would have it. Throws InputError for images that the network cannot take.
  virtual torch::Tensor forward(const torch::Tensor& images, LayerTap* tap = nullptr) = 0;

  /// Training mode (batch statistics, dropout) or evaluation mode.
  virtual void set_training(bool training) = 0;
  virtual bool is_training() const = 0;
  virtual void to(const torch::Device& device) = 0;

  /// The state dict: parameters and buffers by name, in the order of torchvision's state_dict(). The tensors
  /// are the network's own: writing into them changes it.
  virtual std::vector<std::pair<std::string, torch::Tensor>> state() = 0;
  /// What training changes.
  virtual std::vector<torch::Tensor> parameters() = 0;

  /// For every layer that forward() shows, in its order: the number of convolutions and linear layers that
  /// its output has passed, on the longest path. Empty where that is unknown (TorchScript).
  virtual std::vector<LayerDepth> layer_depths() { return {}; }
  /// The layers of the published code (Konz and Mazurowski 2024, after Ansuini et al. 2019) with their
  /// published depths: "input", which is the images and no layer, then pools, blocks and linear layers. The
  /// adaptive average pool counts as one layer there. Empty where unknown (TorchScript).
  virtual std::vector<LayerDepth> published_layers() { return {}; }
};

struct NetworkOptions {
  std::string model;          ///< one of model_names()
  std::int64_t channels = 3;  ///< 1 or 3
  std::int64_t classes = 2;   ///< outputs, 1 or more; the published code leaves torchvision's 1000
  /// Of the initial weights: to the bit those of torch.manual_seed(seed) before torchvision's constructor.
  /// With 1 channel the first convolution is replaced after that by a new one with its default
  /// initialisation, as the published code does. LibTorch uses the lower 32 bits.
  std::uint64_t seed = 0;
};

/// "resnet18", "vgg16_bn", ... as torchvision names them.
std::vector<std::string> model_names();

/// On the CPU, in training mode. Throws UsageError for an unknown model, naming those there are, and for a
/// number of channels or classes that cannot be.
std::unique_ptr<Network> make_network(const NetworkOptions& options);

}  // namespace fathom
