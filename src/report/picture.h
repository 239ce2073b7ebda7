// An image as a small 8-bit PNG.
#pragma once

#include <cstddef>
#include <string>

#include "fathom/read/image.h"

namespace fathom {

/// No side is longer than `side`: each pixel is the mean of those it stands for. 8-bit values stay as they
/// are; others go from the image's smallest (0) to its largest (255), and values that are not finite are 0.
/// Empty for an image of neither 1 nor 3 channels.
std::string picture_png(const Image& image, std::size_t side);

}  // namespace fathom
