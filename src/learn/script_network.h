// Networks out of TorchScript files.
#pragma once

#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>
#include <torch/torch.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "learn/network.h"

namespace fathom {

/// A model that torch.jit.trace or torch.jit.script made, whatever it is: its forward takes one tensor,
/// further arguments have defaults, and it gives one tensor of N x classes logits.
///
/// Layers are the submodules whose forward is called, named by their paths; each is shown once, at its last
/// call in the order of the program, where its output is a tensor. Tracing leaves out modules that compute
/// nothing (Identity) and sees one way through the control flow. Of a scripted loop or branch the layers in
/// it are shown each time that they are computed, or not at all. Frozen models have no modules left, and no
/// layers.
///
/// A TorchScript file is a program of LibTorch's operators, which run as it says: give no file that you
/// would not run.
class ScriptNetwork : public Network {
 public:
  /// In evaluation mode, on the CPU. Throws InputError: not there, cut short, of a newer version, with
  /// operators that this LibTorch lacks, with another forward, traced in training mode.
  static std::unique_ptr<ScriptNetwork> open(const std::filesystem::path& path);

  /// Throws InputError where the program fails (images of another size or number of channels), or gives
  /// something else than one row of logits an image. What `tap` throws is thrown on.
  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap = nullptr) override;

  /// Of a traced model this changes little: tracing has settled the mode of its layers.
  void set_training(bool training) override;
  bool is_training() const override { return training_; }
  void to(const torch::Device& device) override;
  std::vector<std::pair<std::string, torch::Tensor>> state() override;
  std::vector<torch::Tensor> parameters() override;

 private:
  ScriptNetwork(std::string name, torch::jit::Module module);

  std::string name_;
  torch::jit::Module module_;
  torch::jit::Code code_;
  std::vector<c10::IValue> defaults_;  ///< of the arguments after the images
  bool training_ = false;
};

}  // namespace fathom
