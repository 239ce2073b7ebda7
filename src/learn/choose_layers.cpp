#include "learn/choose_layers.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr const char* kInput = "input";

/// The candidates, the images themselves first.
std::vector<ChosenLayer> candidates(Network& network, const std::vector<LayerOutput>& layers,
                                    const std::vector<std::int64_t>& input, Pooling pooling) {
  std::map<std::string, std::int64_t> depths;
  for (const LayerDepth& layer : network.layer_depths()) depths[layer.layer] = layer.depth;
  std::vector<ChosenLayer> all;
  all.push_back({{kInput, input, row_length(input, pooling), std::nullopt, 0.0}, std::nullopt});
  if (!depths.empty()) all.front().description.depth = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name.empty()) continue;  // the network as a whole
    LayerDescription description{layers[i].name, layers[i].shape, row_length(layers[i].shape, pooling),
                                 std::nullopt, 0.0};
    if (const auto depth = depths.find(layers[i].name); depth != depths.end()) {
      description.depth = depth->second;
    }
    all.push_back({std::move(description), i});
  }
  return all;
}

void set_relative_depths(std::vector<ChosenLayer>& layers) {
  std::int64_t deepest = 0;
  bool known = true;
  for (const ChosenLayer& layer : layers) {
    known = known && layer.description.depth.has_value();
    deepest = std::max(deepest, layer.description.depth.value_or(0));
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    LayerDescription& layer = layers[i].description;
    if (known && deepest > 0) {
      layer.relative_depth = static_cast<double>(*layer.depth) / static_cast<double>(deepest);
    } else {
      layer.depth.reset();
      layer.relative_depth =
          layers.size() == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(layers.size() - 1);
    }
  }
}

bool usable(const ChosenLayer& layer, const std::vector<LayerOutput>& layers) {
  return !layer.position || layers[*layer.position].of_images;
}

std::string names_of(const std::vector<ChosenLayer>& candidates, const std::vector<LayerOutput>& layers) {
  std::string names;
  for (const ChosenLayer& candidate : candidates) {
    if (!usable(candidate, layers)) continue;
    names += (names.empty() ? "" : ", ") + candidate.description.name;
  }
  return names;
}

std::vector<ChosenLayer> published(Network& network, const std::vector<ChosenLayer>& candidates) {
  const std::vector<LayerDepth> published = network.published_layers();
  if (published.empty()) {
    throw UsageError("--layers", "of this network no published layers are known",
                     "name layers, or use --layers all");
  }
  std::vector<ChosenLayer> chosen;
  for (const LayerDepth& layer : published) {
    const auto found = std::ranges::find_if(
        candidates, [&](const ChosenLayer& candidate) { return candidate.description.name == layer.layer; });
    FATHOM_CHECK(found != candidates.end());
    chosen.push_back(*found);
    chosen.back().description.depth = layer.depth;
  }
  set_relative_depths(chosen);
  return chosen;
}

std::vector<ChosenLayer> named(const std::vector<std::string>& names,
                               const std::vector<ChosenLayer>& candidates,
                               const std::vector<LayerOutput>& layers) {
  for (const std::string& name : names) {
    const auto found = std::ranges::find_if(
        candidates, [&](const ChosenLayer& candidate) { return candidate.description.name == name; });
    if (found != candidates.end() && usable(*found, layers)) continue;
    throw UsageError("--layers",
                     "\"" + name + "\" is not a layer" +
                         (found == candidates.end() ? "" : " with one row of numbers an image"),
                     "choose from " + names_of(candidates, layers));
  }
  std::vector<ChosenLayer> chosen;
  for (const ChosenLayer& candidate : candidates) {
    if (std::ranges::find(names, candidate.description.name) != names.end()) chosen.push_back(candidate);
  }
  return chosen;
}

}  // namespace

std::vector<ChosenLayer> choose_layers(Network& network, const std::vector<LayerOutput>& layers,
                                       const std::vector<std::int64_t>& input,
                                       const RepresentOptions& options) {
  std::vector<ChosenLayer> all = candidates(network, layers, input, options.pooling);
  if (options.layers == std::vector<std::string>{"published"}) return published(network, all);
  set_relative_depths(all);
  if (options.layers != std::vector<std::string>{"all"}) return named(options.layers, all, layers);
  std::erase_if(all, [&](const ChosenLayer& layer) {
    return !usable(layer, layers) || (layer.position && layers[*layer.position].repeated);
  });
  return all;
}

}  // namespace fathom
