// A network that classifies images.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "learn/layer_tap.h"

namespace fathom {

/// A model that Fathom builds, or a TorchScript file. Parameters and buffers are named as in torchvision.
class Network {
 public:
  virtual ~Network() = default;

  /// Logits, N x classes, of N x channels x height x width values as the protocol gives them. `tap`, where
  /// there is one, sees the output of every layer in the order in which they are computed.
  virtual torch::Tensor forward(const torch::Tensor& images, LayerTap* tap = nullptr) = 0;

  /// Training mode (batch statistics, dropout) or evaluation mode.
  virtual void set_training(bool training) = 0;
  virtual bool is_training() const = 0;
  virtual void to(const torch::Device& device) = 0;

  /// The state dict: parameters, then buffers, by name, in the order of torchvision's state_dict(). The
  /// tensors are the network's own: writing into them changes it.
  virtual std::vector<std::pair<std::string, torch::Tensor>> state() = 0;
  /// What training changes.
  virtual std::vector<torch::Tensor> parameters() = 0;
};

struct NetworkOptions {
  std::string model;          ///< one of model_names()
  std::int64_t channels = 3;  ///< 1 or 3
  std::int64_t classes = 2;   ///< outputs; the published code leaves torchvision's 1000
  std::uint64_t seed = 0;  ///< of the initial weights: those of torch.manual_seed(seed) before torchvision's
                           ///< constructor
};

/// "resnet18", "vgg16_bn", ... as torchvision names them.
std::vector<std::string> model_names();

/// Throws UsageError for an unknown model, naming those there are.
std::unique_ptr<Network> make_network(const NetworkOptions& options);

}  // namespace fathom
