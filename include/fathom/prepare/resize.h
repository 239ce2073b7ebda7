// Resizing, as the published loaders do it.
//
// Bilinear: torchvision 0.14 Resize on a float tensor, antialias off, align_corners off. Output pixel d lies
// at s = max(scale (d + 1/2) - 1/2, 0) with scale = float32(in / out) and s in float64; the weights of pixels
// floor(s) and floor(s) + 1 are 1 - l and l = float32(s - floor(s)). Weights equal torchvision's bit for bit
// (checked for 25 pairs of sizes from 1 to 3000); values differ by less than 1e-4 of a grey level, since sums
// run in another order.
//
// Nearest: Pillow's NEAREST, pixel floor((d + 1/2) in / out); where that is a whole number Pillow's rounding
// decides, and is followed here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fathom/prepare/protocol.h"

namespace fathom {

/// Along one axis: output pixel d is (1 - weight[d]) * input[first[d]] + weight[d] * input[second[d]].
struct BilinearAxis {
  BilinearAxis(std::size_t input, std::size_t output);
  std::vector<std::uint32_t> first, second;
  std::vector<float> weight;
};

/// Resizes an interleaved image. Sizes: from.height * from.width * channels, to.height * to.width * channels.
template <class T>
void resize_bilinear(std::span<const T> image, ImageSize from, std::size_t channels, ImageSize to,
                     std::span<float> out);
template <class T>
void resize_nearest(std::span<const T> image, ImageSize from, std::size_t channels, ImageSize to,
                    std::span<T> out);

}  // namespace fathom
