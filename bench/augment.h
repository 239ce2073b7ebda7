// More images from those there are: flipped, shifted and turned copies, all different.
#pragma once

#include <cstddef>
#include <functional>

#include "fathom/core/matrix.h"
#include "fathom/core/random.h"

namespace fathom::bench {

/// Height, width and interleaved channels of the images that are the rows of a matrix.
struct ImageShape {
  std::size_t height, width, channels;
};

/// Where the content of an image goes: mirrored left to right, turned about the centre, then moved.
struct Placement {
  bool mirrored = false;
  double angle = 0.0;              ///< radians
  double right = 0.0, down = 0.0;  ///< pixels
};

/// Draws the placement of copy `copy` (0-based; copy 0 should be the image itself).
using DrawPlacement = std::function<Placement(Generator&, std::size_t copy)>;

/// Row copy * images.rows() + i is copy `copy` of image i: bilinear, black outside, rounded to 8 bits. Rows
/// equal to an earlier one are drawn again (as copies other than 0) until all differ. The same for any number
/// of threads.
Matrix<std::uint8_t> augment(const Matrix<std::uint8_t>& images, ImageShape shape, std::size_t copies,
                             const DrawPlacement& draw, unsigned threads);

}  // namespace fathom::bench
