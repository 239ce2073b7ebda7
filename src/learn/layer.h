// What networks are made of, beside LibTorch's own layers.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "learn/layer_pass.h"

namespace fathom {

/// A module that shows its layers, and itself, to the pass that goes through it.
class Layer : public torch::nn::Module {
 public:
  virtual Signal forward(Signal signal, LayerPass& pass) = 0;
};

/// One layer after the other: torch.nn.Sequential.
class Chain : public Layer {
 public:
  template <class Module>
  void add(const std::string& name, const torch::nn::ModuleHolder<Module>& layer) {
    register_module(name, layer.ptr());
    steps_.push_back([module = layer.ptr()](Signal signal, LayerPass& pass) {
      return pass.through(*module, std::move(signal));
    });
  }
  void add(const std::string& name, const std::shared_ptr<Layer>& layer);

  /// Named by its place: "0", "1", ...
  template <class Holder>
  void add(const Holder& layer) {
    add(std::to_string(steps_.size()), layer);
  }

  std::size_t size() const { return steps_.size(); }
  Signal forward(Signal signal, LayerPass& pass) override;

 private:
  std::vector<std::function<Signal(Signal, LayerPass&)>> steps_;
};

}  // namespace fathom
