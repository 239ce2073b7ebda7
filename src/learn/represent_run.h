// Layers of a network, pass by pass over the images.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fathom/learn/represent.h"
#include "learn/image_feed.h"
#include "learn/network.h"

namespace fathom {

/// `network` is in evaluation mode; `images`: how many `feed` hands out; `first`: a batch as it hands them
/// out, whose layers are looked at. Every matrix is filled where it is and handed on as it is, never copied.
void represent_layers(Network& network, std::size_t images, const torch::Tensor& first, const ImageFeed& feed,
                      const RepresentOptions& options, const PassPlanner& plan, const LayerReceiver& receive);

/// The images with the pixels of every image in one order, which depends on the seed and the size alone;
/// channels stay together.
torch::Tensor with_shuffled_pixels(const torch::Tensor& images, std::uint64_t seed);

}  // namespace fathom
