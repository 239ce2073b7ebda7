// A network that normalises its input itself.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fathom/prepare/prepare.h"
#include "learn/network.h"

namespace fathom {

/// Of every channel, in the range of the protocol.
struct ChannelStatistics {
  std::vector<double> mean, standard_deviation;
};

/// Over all pixels of these rows, summed in float64. A channel that never changes has a standard deviation
/// of 1. The data must have been prepared with keep_pixels.
ChannelStatistics channel_statistics(const PreparedData& data, std::span<const std::uint32_t> rows);

/// Gives (images - mean) / standard deviation, each channel by its own, to another network. Whoever trains
/// or attacks it works on images as the protocol gives them. Its state is that of the other network and
/// "normalization.mean" and "normalization.std", one value a channel.
class NormalizedNetwork : public Network {
 public:
  NormalizedNetwork(std::unique_ptr<Network> network, const ChannelStatistics& statistics);

  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap = nullptr) override;
  void set_training(bool training) override { network_->set_training(training); }
  bool is_training() const override { return network_->is_training(); }
  void to(const torch::Device& device) override;
  std::vector<std::pair<std::string, torch::Tensor>> state() override;
  std::vector<torch::Tensor> parameters() override { return network_->parameters(); }
  std::vector<LayerDepth> layer_depths() override { return network_->layer_depths(); }
  std::vector<LayerDepth> published_layers() override { return network_->published_layers(); }

 private:
  std::unique_ptr<Network> network_;
  torch::Tensor mean_, std_;  ///< channels
};

}  // namespace fathom
