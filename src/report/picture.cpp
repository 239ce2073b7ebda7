#include "report/picture.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "fathom/synth/png_file.h"

namespace fathom {

namespace {

template <class T>
std::vector<double> grey_levels(const Image& image) {
  const std::span<const T> pixels = image.pixels<T>();
  double low = 0.0, high = 255.0;
  if constexpr (!std::is_same_v<T, std::uint8_t>) {
    low = std::numeric_limits<double>::infinity(), high = -low;
    for (const T value : pixels) {
      const double v = static_cast<double>(value);
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  const double scale = high > low ? 255.0 / (high - low) : 0.0;
  std::vector<double> levels(pixels.size());
  std::ranges::transform(pixels, levels.begin(), [&](T value) {
    const double v = static_cast<double>(value);
    return std::isfinite(v) ? (v - low) * scale : 0.0;
  });
  return levels;
}

std::vector<double> grey_levels_of(const Image& image) {
  switch (image.type()) {
    case PixelType::uint8:
      return grey_levels<std::uint8_t>(image);
    case PixelType::uint16:
      return grey_levels<std::uint16_t>(image);
    case PixelType::float32:
      return grey_levels<float>(image);
    case PixelType::float64:
      return grey_levels<double>(image);
  }
  FATHOM_CHECK(false);
}

/// The pixels [first, last) along one axis that output pixel `at` of `count` stands for.
struct Stretch {
  std::size_t first, last;
};

Stretch stretch(std::size_t at, std::size_t count, std::size_t size) {
  return {at * size / count, std::max((at + 1) * size / count, at * size / count + 1)};
}

}  // namespace

std::string picture_png(const Image& image, std::size_t side) {
  const std::size_t channels = image.channels();
  if (image.size() == 0 || (channels != 1 && channels != 3)) return {};
  const std::vector<double> levels = grey_levels_of(image);
  const std::size_t longest = std::max({image.height(), image.width(), side});
  const std::size_t height = std::max<std::size_t>(1, image.height() * side / longest);
  const std::size_t width = std::max<std::size_t>(1, image.width() * side / longest);
  std::vector<std::uint8_t> small(height * width * channels);
  for (std::size_t y = 0; y < height; ++y) {
    const Stretch rows = stretch(y, height, image.height());
    for (std::size_t x = 0; x < width; ++x) {
      const Stretch columns = stretch(x, width, image.width());
      const double count = static_cast<double>((rows.last - rows.first) * (columns.last - columns.first));
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0.0;
        for (std::size_t from_y = rows.first; from_y < rows.last; ++from_y) {
          for (std::size_t from_x = columns.first; from_x < columns.last; ++from_x)
            sum += levels[(from_y * image.width() + from_x) * channels + c];
        }
        small[(y * width + x) * channels + c] = static_cast<std::uint8_t>(std::lround(sum / count));
      }
    }
  }
  return synth::encode_png(small, height, width, channels);
}

}  // namespace fathom
