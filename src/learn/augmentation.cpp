#include "learn/augmentation.h"

#include <algorithm>
#include <vector>

namespace fathom {

namespace {

/// The pixel that comes to each place along an axis.
std::vector<std::size_t> sources(std::size_t length, std::ptrdiff_t shift, bool flip) {
  std::vector<std::size_t> from(length);
  const auto last = static_cast<std::ptrdiff_t>(length) - 1;
  for (std::ptrdiff_t i = 0; i <= last; ++i) {
    const std::ptrdiff_t source = std::clamp<std::ptrdiff_t>(i + shift, 0, last);
    from[static_cast<std::size_t>(i)] = static_cast<std::size_t>(flip ? last - source : source);
  }
  return from;
}

std::ptrdiff_t draw_shift(std::size_t most, Generator& generator) {
  return static_cast<std::ptrdiff_t>(uniform_below(generator, 2 * most + 1)) -
         static_cast<std::ptrdiff_t>(most);
}

}  // namespace

void augment(const Augmentation& augmentation, std::size_t channels, ImageSize size, Generator& generator,
             std::span<float> planes) {
  if (augmentation.none()) return;
  // All is drawn, used or not, so that one choice does not change the others.
  const bool flip = uniform_below(generator, 2) == 1;
  const std::ptrdiff_t down = draw_shift(augmentation.shift, generator);
  const std::ptrdiff_t right = draw_shift(augmentation.shift, generator);
  const std::vector<std::size_t> rows = sources(size.height, down, false);
  const std::vector<std::size_t> columns = sources(size.width, right, flip && augmentation.flip);
  const std::vector<float> before(planes.begin(), planes.end());
  float* target = planes.data();
  for (std::size_t c = 0; c < channels; ++c) {
    for (const std::size_t y : rows) {
      const float* row = before.data() + (c * size.height + y) * size.width;
      for (const std::size_t x : columns) *target++ = row[x];
    }
  }
}

}  // namespace fathom
