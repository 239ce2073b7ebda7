// Images in batches, as often as they are wanted.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <functional>

namespace fathom {

/// N x channels x height x width float32 on the network's device, of rows first_row .. first_row + N - 1.
using TakeBatch = std::function<void(const torch::Tensor& images, std::size_t first_row)>;

/// Hands out every image once, in the order of the rows.
using ImageFeed = std::function<void(const TakeBatch&)>;

}  // namespace fathom
