// How well a network does on images it does not learn from.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/prepare/prepare.h"
#include "learn/network.h"

namespace fathom {

struct Evaluation {
  double loss = 0.0;      ///< mean cross-entropy over the images
  double accuracy = 0.0;  ///< share of the images whose class has the largest output
};

/// Of these rows, in evaluation mode and without gradients. The network, on `device`, is afterwards in the
/// mode it was in. Advances the progress by the images.
Evaluation evaluate(Network& network, const PreparedData& data, const std::vector<std::uint32_t>& rows,
                    const torch::Device& device, Progress& progress);

}  // namespace fathom
