#include "learn/layer_pass.h"

#include <algorithm>

#include "fathom/core/error.h"

namespace fathom {

Signal LayerPass::show(const torch::nn::Module& layer, Signal output) {
  if (tap_ == nullptr && counted_ == nullptr) return output;
  return show(paths_.at(&layer), std::move(output));
}

Signal LayerPass::show(std::string_view layer, Signal output) {
  if (tap_ != nullptr) tap_->see(layer, output.values);
  if (counted_ != nullptr) counted_->push_back({std::string(layer), output.depth, output.average_pools});
  return output;
}

void LayerPass::check_batch(const torch::nn::Module& norm, const torch::Tensor& values) {
  if (!norm.is_training() || !values.defined() || values.numel() != values.size(1)) return;
  throw InputError("a training batch of 1 image",
                   "has one value a channel left where the network normalises by batch statistics",
                   "train on batches of 2 or more images, or on larger images");
}

Signal added(Signal into, const Signal& other) {
  if (into.values.defined()) into.values += other.values;
  into.depth = std::max(into.depth, other.depth);
  into.average_pools = std::max(into.average_pools, other.average_pools);
  return into;
}

Signal joined(const std::vector<Signal>& parts) {
  if (parts.size() == 1) return parts.front();
  Signal all;
  std::vector<torch::Tensor> values;
  for (const Signal& part : parts) {
    if (part.values.defined()) values.push_back(part.values);
    all.depth = std::max(all.depth, part.depth);
    all.average_pools = std::max(all.average_pools, part.average_pools);
  }
  if (!values.empty()) all.values = torch::cat(values, 1);
  return all;
}

Signal flattened(Signal signal) {
  if (signal.values.defined()) signal.values = torch::flatten(signal.values, 1);
  return signal;
}

}  // namespace fathom
