#include "fathom/estimate/layer_passes.h"

#include <algorithm>

#include "fathom/core/error.h"

namespace fathom {

std::optional<std::vector<std::vector<std::size_t>>> layer_passes(std::span<const LayerNeed> layers,
                                                                  std::uint64_t bytes) {
  std::vector<std::vector<std::size_t>> passes;
  LayerNeed pass;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerNeed alone = layers[i];
    if (alone.matrix + alone.measure > bytes) return std::nullopt;
    const LayerNeed joined{pass.matrix + alone.matrix, std::max(pass.measure, alone.measure)};
    const bool fits = !passes.empty() && joined.matrix + joined.measure <= bytes;
    if (!fits) passes.emplace_back();
    passes.back().push_back(i);
    pass = fits ? joined : alone;
  }
  return passes;
}

std::size_t largest_need(std::span<const LayerNeed> layers) {
  FATHOM_CHECK(!layers.empty());
  const auto total = [](const LayerNeed& need) { return need.matrix + need.measure; };
  return static_cast<std::size_t>(std::ranges::max_element(layers, {}, total) - layers.begin());
}

}  // namespace fathom
