#include "learn/module_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// Lays the weights of convolutions out anew, and with them whatever they compute. On a processor
/// convolutions work on pixels whose channels lie side by side: other layouts are converted before and after
/// every one.
void lay_out(torch::nn::Module& layers, torch::MemoryFormat format) {
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : layers.parameters()) {
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(format));
  }
}

}  // namespace

ModuleNetwork::ModuleNetwork(std::string model, std::int64_t channels, Architecture architecture)
    : model_(std::move(model)), channels_(channels), architecture_(std::move(architecture)) {
  for (const auto& module : architecture_.layers->named_modules())
    paths_[module.value().get()] = module.key();
  lay_out(*architecture_.layers, torch::MemoryFormat::ChannelsLast);
}

void ModuleNetwork::to(const torch::Device& device) {
  architecture_.layers->to(device);
  lay_out(*architecture_.layers,
          device.is_cpu() ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous);
}

torch::Tensor ModuleNetwork::forward(const torch::Tensor& images, LayerTap* tap) {
  check(images);
  LayerPass pass(paths_, tap);
  return architecture_.layers->forward(Signal{.values = images}, pass).values;
}

void ModuleNetwork::check(const torch::Tensor& images) const {
  FATHOM_CHECK(images.dim() == 4);
  if (images.size(1) != channels_) {
    throw InputError(model_,
                     fmt::format("takes {} channel(s), and the images have {}", channels_, images.size(1)),
                     fmt::format("prepare the images with --channels {}", channels_));
  }
  const std::int64_t smallest = architecture_.smallest_side;
  if (std::min(images.size(2), images.size(3)) < smallest) {
    throw InputError(model_,
                     fmt::format("cannot take images of {} x {} pixels: the smallest it can are {} x {}",
                                 images.size(2), images.size(3), smallest, smallest),
                     fmt::format("enlarge the images with --size {} or more", smallest));
  }
}

std::vector<std::pair<std::string, torch::Tensor>> ModuleNetwork::state() {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& module : architecture_.layers->named_modules()) {
    const std::string prefix = module.key().empty() ? "" : module.key() + ".";
    for (const auto& tensor : module.value()->named_parameters(false))
      tensors.emplace_back(prefix + tensor.key(), tensor.value());
    for (const auto& tensor : module.value()->named_buffers(false))
      tensors.emplace_back(prefix + tensor.key(), tensor.value());
  }
  return tensors;
}

std::vector<CountedLayer> ModuleNetwork::counted_layers() {
  std::vector<CountedLayer> counted;
  LayerPass pass(paths_, counted);
  architecture_.layers->forward(Signal{}, pass);
  return counted;
}

std::vector<LayerDepth> ModuleNetwork::layer_depths() {
  std::vector<LayerDepth> depths;
  for (const CountedLayer& layer : counted_layers()) depths.push_back({layer.layer, layer.depth});
  return depths;
}

std::vector<LayerDepth> ModuleNetwork::published_layers() {
  const std::vector<CountedLayer> counted = counted_layers();
  std::vector<LayerDepth> depths = {{"input", 0}};
  for (const std::string& name : architecture_.published_layers) {
    const auto layer =
        std::find_if(counted.begin(), counted.end(), [&](const CountedLayer& c) { return c.layer == name; });
    FATHOM_CHECK(layer != counted.end());
    depths.push_back({name, layer->depth + layer->average_pools});
  }
  return depths;
}

}  // namespace fathom
