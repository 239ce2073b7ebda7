// Smooth random images that are orthonormal as vectors.
#pragma once

#include <cstddef>
#include <vector>

#include "fathom/core/random.h"

namespace fathom::synth {

struct PatternShape {
  std::size_t height, width, channels;
  std::size_t size() const { return height * width * channels; }
};

/// How many independent patterns of zero mean an image of this shape holds.
std::size_t pattern_capacity(const PatternShape& shape);

/// `count` patterns one after another, each of shape.size() values (row-major, channels interleaved).
///
/// The two-dimensional cosines of the discrete cosine transform are an orthonormal basis of images; a pattern
/// is a random unit combination of the lowest of them, and the combinations are orthogonal to each other,
/// hence so are the patterns. The constant image is left out. Requires count <= pattern_capacity(shape).
std::vector<double> make_smooth_patterns(const PatternShape& shape, std::size_t count, Generator& generator);

}  // namespace fathom::synth
