// The layers of a TorchScript program, made visible.
#pragma once

#include <torch/script.h>

#include <exception>
#include <memory>
#include <string_view>

#include "learn/layer_tap.h"

namespace fathom {

/// A copy of a method's graph with all calls inlined, which shows the outputs of submodules to the LayerShow
/// of the thread that runs it.
std::shared_ptr<torch::jit::Graph> graph_with_layers(const torch::jit::Method& method);

/// While it lives, graphs that this thread runs show their layers to `tap`, which may be null. LibTorch's
/// interpreter makes its own of every exception: what the tap throws is kept here.
class LayerShow {
 public:
  explicit LayerShow(LayerTap* tap);
  ~LayerShow();
  LayerShow(const LayerShow&) = delete;
  LayerShow& operator=(const LayerShow&) = delete;

  /// Throws what the tap threw, if it did.
  void rethrow() const;
  /// Hands on to the tap, and keeps what it throws.
  void see(std::string_view layer, const torch::Tensor& output);

 private:
  LayerTap* tap_;
  LayerShow* outer_;
  std::exception_ptr thrown_;
};

}  // namespace fathom
