#include "learn/loaded_network.h"

#include <optional>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "learn/normalized_network.h"
#include "learn/open_network.h"

namespace fathom {

namespace {

std::string form_name(OpenedNetwork::Origin origin) {
  switch (origin) {
    case OpenedNetwork::Origin::checkpoint:
      return "checkpoint";
    case OpenedNetwork::Origin::torchscript:
      return "TorchScript";
    case OpenedNetwork::Origin::state_dict:
      return "state dict";
    case OpenedNetwork::Origin::untrained:
      break;
  }
  return "untrained";
}

std::vector<double> per_channel(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.to(torch::kCPU, torch::kFloat64).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

/// What a NormalizedNetwork's state has beside that of the network in it; nothing of another's.
std::optional<ChannelStatistics> normalization_in(
    const std::vector<std::pair<std::string, torch::Tensor>>& state) {
  ChannelStatistics statistics;
  for (const auto& [name, tensor] : state) {
    if (name == "normalization.mean") statistics.mean = per_channel(tensor);
    if (name == "normalization.std") statistics.standard_deviation = per_channel(tensor);
  }
  if (statistics.mean.empty()) return std::nullopt;
  return statistics;
}

}  // namespace

LoadedNetwork::LoadedNetwork(const NetworkFile& file) : file_(file) {
  OpenNetworkOptions options;
  options.model = file.model;
  options.weights = file.weights;
  OpenedNetwork opened = open_network(options);
  network_ = std::move(opened.network);
  description_ = {form_name(opened.origin),
                  opened.model,
                  static_cast<std::size_t>(opened.channels),
                  static_cast<std::size_t>(opened.outputs),
                  opened.classes,
                  opened.protocol,
                  opened.size,
                  opened.metadata};
}

std::unique_ptr<Network> LoadedNetwork::untrained(std::uint64_t seed) const {
  if (description_.model.empty()) {
    throw UsageError("--control untrained",
                     "needs a model that Fathom builds, and a TorchScript file is none",
                     "leave the control out, or give the weights as a state dict and --model");
  }
  std::unique_ptr<Network> network =
      make_network({description_.model, static_cast<std::int64_t>(description_.channels),
                    static_cast<std::int64_t>(description_.outputs), seed});
  if (const auto statistics = normalization_in(network_->state())) {
    network = std::make_unique<NormalizedNetwork>(std::move(network), *statistics);
  }
  network->set_training(false);
  return network;
}

}  // namespace fathom
