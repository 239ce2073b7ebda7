// One pass through the layers of a network, which shows them and counts them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "learn/layer_tap.h"

namespace fathom {

/// What flows from layer to layer.
struct Signal {
  torch::Tensor values = {};       ///< undefined in a pass that only counts
  std::int64_t depth = 0;          ///< convolutions and linear layers passed, on the longest path
  std::int64_t average_pools = 0;  ///< adaptive average pools passed
};

/// Where modules are in their network, as "layer1.0.conv1".
using LayerPaths = std::unordered_map<const torch::nn::Module*, std::string>;

/// A layer as a counting pass has met it.
struct CountedLayer {
  std::string layer;
  std::int64_t depth = 0;
  std::int64_t average_pools = 0;
};

class LayerPass {
 public:
  /// A pass that computes; `tap` may be null.
  LayerPass(const LayerPaths& paths, LayerTap* tap) : paths_(paths), tap_(tap) {}
  /// A pass without values, which lists the layers that a computing pass would show.
  LayerPass(const LayerPaths& paths, std::vector<CountedLayer>& counted)
      : paths_(paths), counted_(&counted) {}

  /// Takes `signal` through one of LibTorch's layers and shows its output.
  template <class Module>
  Signal through(Module& layer, Signal signal) {
    return show(layer, unseen(layer, std::move(signal)));
  }

  /// The same, and shows nothing: for a module that will be used again in this pass.
  template <class Module>
  Signal unseen(Module& layer, Signal signal) {
    if constexpr (std::is_same_v<Module, torch::nn::BatchNorm2dImpl>) check_batch(layer, signal.values);
    if (signal.values.defined()) signal.values = layer.forward(signal.values);
    constexpr bool has_weights =
        std::is_same_v<Module, torch::nn::Conv2dImpl> || std::is_same_v<Module, torch::nn::LinearImpl>;
    signal.depth += has_weights ? 1 : 0;
    signal.average_pools += std::is_same_v<Module, torch::nn::AdaptiveAvgPool2dImpl> ? 1 : 0;
    return signal;
  }

  Signal show(const torch::nn::Module& layer, Signal output);
  /// Of a layer that torchvision computes without a module.
  Signal show(std::string_view layer, Signal output);

 private:
  static void check_batch(const torch::nn::Module& norm, const torch::Tensor& values);

  const LayerPaths& paths_;
  LayerTap* tap_ = nullptr;
  std::vector<CountedLayer>* counted_ = nullptr;
};

/// The sum, made in the values of `into`.
Signal added(Signal into, const Signal& other);
/// Joined along the channels.
Signal joined(const std::vector<Signal>& parts);
/// N x (everything else).
Signal flattened(Signal signal);

}  // namespace fathom
