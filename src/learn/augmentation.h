// Small random changes of training images that leave their class as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fathom/core/random.h"
#include "fathom/prepare/protocol.h"

namespace fathom {

struct Augmentation {
  bool flip = false;      ///< left to right, every other image
  std::size_t shift = 0;  ///< pixels up, down, left and right at most; the border is repeated
  bool none() const { return !flip && shift == 0; }
};

/// planes: channels x height x width, changed in place.
void augment(const Augmentation& augmentation, std::size_t channels, ImageSize size, Generator& generator,
             std::span<float> planes);

}  // namespace fathom
