// Networks small enough to work out by hand.
#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "learn/network.h"

namespace fathom::testing {

/// What the small networks have in common.
class SmallNetwork : public Network {
 public:
  void set_training(bool training) override { training_ = training; }
  bool is_training() const override { return training_; }
  void to(const torch::Device& device) override {
    for (auto& [name, tensor] : tensors_) tensor = tensor.to(device);
  }
  std::vector<std::pair<std::string, torch::Tensor>> state() override { return tensors_; }
  std::vector<torch::Tensor> parameters() override {
    std::vector<torch::Tensor> all;
    for (const auto& [name, tensor] : tensors_) all.push_back(tensor);
    return all;
  }

 protected:
  explicit SmallNetwork(std::vector<std::pair<std::string, torch::Tensor>> tensors)
      : tensors_(std::move(tensors)) {
    for (auto& [name, tensor] : tensors_) tensor.requires_grad_(true);
  }
  const torch::Tensor& tensor(std::size_t index) const { return tensors_[index].second; }

 private:
  std::vector<std::pair<std::string, torch::Tensor>> tensors_;
  bool training_ = false;
};

/// logits = weight x: classes x values of an image.
class LinearNetwork : public SmallNetwork {
 public:
  explicit LinearNetwork(const torch::Tensor& weight) : SmallNetwork({{"weight", weight}}) {}
  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap) override {
    return tapped(tap, "fc", torch::matmul(images.flatten(1), tensor(0).t()));
  }
};

/// A convolution, a ReLU in place, a block that hands on what its last layer made, the mean over the image,
/// and 2 outputs. Images of 1 channel.
class ConvolutionNetwork : public SmallNetwork {
 public:
  explicit ConvolutionNetwork(std::uint64_t seed) : SmallNetwork(weights(seed)) {}
  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap) override {
    torch::Tensor values = tapped(tap, "conv", torch::conv2d(images, tensor(0), {}, 1, 1));
    values = tapped(tap, "relu", values.relu_());
    values = tapped(tap, "block", values);
    values = tapped(tap, "pool", values.mean({2, 3}, true));
    tapped(tap, "count", torch::full({3}, 1.0));
    return tapped(tap, "fc", torch::matmul(values.flatten(1), tensor(1).t()));
  }

 private:
  static std::vector<std::pair<std::string, torch::Tensor>> weights(std::uint64_t seed) {
    torch::Generator generator = at::detail::createCPUGenerator(seed);
    return {{"conv.weight", torch::randn({4, 1, 3, 3}, generator, torch::kFloat32) / 100},
            {"fc.weight", torch::randn({2, 4}, generator, torch::kFloat32)}};
  }
};

/// Uniform in low..high: count x 1 x side x side.
inline torch::Tensor random_images(std::int64_t count, std::int64_t side, double low, double high,
                                   std::uint64_t seed = 5) {
  torch::Generator generator = at::detail::createCPUGenerator(seed);
  return torch::rand({count, 1, side, side}, generator, torch::kFloat32) * (high - low) + low;
}

/// 0, 1, 0, 1, ...
inline torch::Tensor alternating_labels(std::int64_t count) {
  return torch::arange(count, torch::kInt64).remainder(2);
}

}  // namespace fathom::testing
