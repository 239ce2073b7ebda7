// A network whose layers Fathom builds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "learn/layer.h"
#include "learn/network.h"

namespace fathom {

/// Layers, and what is known of them beside.
struct Architecture {
  std::shared_ptr<Layer> layers;
  std::int64_t smallest_side = 1;                  ///< of the images that it can take, in pixels
  std::vector<std::string> published_layers = {};  ///< without "input"
};

class ModuleNetwork : public Network {
 public:
  /// Takes images of `channels` channels. `model` is for messages.
  ModuleNetwork(std::string model, std::int64_t channels, Architecture architecture);

  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap) override;
  void set_training(bool training) override { architecture_.layers->train(training); }
  bool is_training() const override { return architecture_.layers->is_training(); }
  void to(const torch::Device& device) override;
  std::vector<std::pair<std::string, torch::Tensor>> state() override;
  std::vector<torch::Tensor> parameters() override { return architecture_.layers->parameters(); }
  std::vector<LayerDepth> layer_depths() override;
  std::vector<LayerDepth> published_layers() override;

 private:
  void check(const torch::Tensor& images) const;
  std::vector<CountedLayer> counted_layers();

  std::string model_;
  std::int64_t channels_;
  Architecture architecture_;
  LayerPaths paths_;
};

}  // namespace fathom
