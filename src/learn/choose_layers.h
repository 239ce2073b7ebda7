// Which layers of a network are looked at.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fathom/learn/represent.h"
#include "learn/activations.h"
#include "learn/network.h"

namespace fathom {

struct ChosenLayer {
  LayerDescription description;
  std::optional<std::size_t> position;  ///< in the order of computation; nothing: the images themselves
};

/// In the order of computation, each once. `input`: shape of an image.
///
/// "all" leaves out a layer whose output the next one hands on as it is (of a block and its last layer, the
/// block stays), and layers whose outputs are not one row an image. Throws UsageError, naming the layers
/// there are: a name that is none, or of a layer without one row an image; "published" of a network that has
/// none.
std::vector<ChosenLayer> choose_layers(Network& network, const std::vector<LayerOutput>& layers,
                                       const std::vector<std::int64_t>& input,
                                       const RepresentOptions& options);

}  // namespace fathom
