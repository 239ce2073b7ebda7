// Layers that share a pass over the images, so that a limit of memory holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fathom {

/// Of one layer.
struct LayerNeed {
  std::uint64_t matrix = 0;   ///< bytes of its rows
  std::uint64_t measure = 0;  ///< bytes that measuring them takes beside
};

/// As many layers a pass as fit into `bytes`, in order: a pass holds the rows of all its layers, and measures
/// one at a time. Nothing when a layer does not fit alone: see largest_need.
std::optional<std::vector<std::vector<std::size_t>>> layer_passes(std::span<const LayerNeed> layers,
                                                                  std::uint64_t bytes);

/// The layer that takes most; at least one.
std::size_t largest_need(std::span<const LayerNeed> layers);

}  // namespace fathom
