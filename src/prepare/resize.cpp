#include "fathom/prepare/resize.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/error.h"

namespace fathom {

BilinearAxis::BilinearAxis(std::size_t input, std::size_t output)
    : first(output), second(output), weight(output) {
  FATHOM_CHECK(input > 0 && output > 0);
  const double scale = static_cast<double>(static_cast<float>(input) / static_cast<float>(output));
  for (std::size_t d = 0; d < output; ++d) {
    const double source = input == output ? static_cast<double>(d)
                                          : std::max(scale * (static_cast<double>(d) + 0.5) - 0.5, 0.0);
    const std::size_t pixel = std::min(static_cast<std::size_t>(source), input - 1);
    first[d] = static_cast<std::uint32_t>(pixel);
    second[d] = static_cast<std::uint32_t>(std::min(pixel + 1, input - 1));
    weight[d] = static_cast<float>(std::clamp(source - static_cast<double>(pixel), 0.0, 1.0));
  }
}

namespace {

/// A horizontal axis spread over the interleaved values of a row.
struct ValueAxis {
  ValueAxis(const BilinearAxis& axis, std::size_t channels) {
    for (std::size_t x = 0; x < axis.first.size(); ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        left.push_back(static_cast<std::uint32_t>(axis.first[x] * channels + c));
        weight.push_back(axis.weight[x]);
        rest.push_back(1.0f - axis.weight[x]);
      }
    }
  }
  std::vector<std::uint32_t> left;
  std::vector<float> weight, rest;
};

/// rest * upper + weight * lower. Contiguous, so that the compiler vectorises it.
template <class T>
void blend_rows(const T* upper, const T* lower, float weight, std::span<float> out) {
  const float rest = 1.0f - weight;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = rest * static_cast<float>(upper[i]) + weight * static_cast<float>(lower[i]);
  }
}

}  // namespace

template <class T>
void resize_bilinear(std::span<const T> image, ImageSize from, std::size_t channels, ImageSize to,
                     std::span<float> out) {
  FATHOM_CHECK(image.size() == from.height * from.width * channels);
  FATHOM_CHECK(out.size() == to.height * to.width * channels);
  const BilinearAxis down(from.height, to.height);
  const ValueAxis across(BilinearAxis(from.width, to.width), channels);
  const std::size_t width_in = from.width * channels, width_out = to.width * channels;

  // Down before across: all rows are blended in order, and only what is left of them is picked pixel by
  // pixel.
  std::vector<float> row(width_in + channels);
  for (std::size_t y = 0; y < to.height; ++y) {
    blend_rows(image.data() + down.first[y] * width_in, image.data() + down.second[y] * width_in,
               down.weight[y], std::span(row).first(width_in));
    // The last pixel is its own right neighbour.
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(width_in - channels), channels,
                row.begin() + static_cast<std::ptrdiff_t>(width_in));
    const float* source = row.data();
    float* target = out.data() + y * width_out;
    for (std::size_t i = 0; i < width_out; ++i) {
      const float* left = source + across.left[i];
      target[i] = across.rest[i] * left[0] + across.weight[i] * left[channels];
    }
  }
}

namespace {

/// Source pixel of every output pixel. Pillow adds the step up instead of multiplying it, and its rounding
/// error decides where (d + 1/2) in / out is a whole number.
std::vector<std::size_t> nearest_pixels(std::size_t input, std::size_t output) {
  FATHOM_CHECK(input > 0 && output > 0);
  const double step = static_cast<double>(input) / static_cast<double>(output);
  std::vector<std::size_t> pixels(output);
  double position = step * 0.5;
  for (std::size_t& pixel : pixels) {
    pixel = std::min(static_cast<std::size_t>(position), input - 1);
    position += step;
  }
  return pixels;
}

}  // namespace

template <class T>
void resize_nearest(std::span<const T> image, ImageSize from, std::size_t channels, ImageSize to,
                    std::span<T> out) {
  FATHOM_CHECK(image.size() == from.height * from.width * channels);
  FATHOM_CHECK(out.size() == to.height * to.width * channels);
  const std::vector<std::size_t> down = nearest_pixels(from.height, to.height);
  const std::vector<std::size_t> across = nearest_pixels(from.width, to.width);
  T* target = out.data();
  for (const std::size_t y : down) {
    const T* row = image.data() + y * from.width * channels;
    for (const std::size_t x : across) target = std::copy_n(row + x * channels, channels, target);
  }
}

template void resize_bilinear(std::span<const std::uint8_t>, ImageSize, std::size_t, ImageSize,
                              std::span<float>);
template void resize_bilinear(std::span<const std::uint16_t>, ImageSize, std::size_t, ImageSize,
                              std::span<float>);
template void resize_bilinear(std::span<const float>, ImageSize, std::size_t, ImageSize, std::span<float>);
template void resize_bilinear(std::span<const double>, ImageSize, std::size_t, ImageSize, std::span<float>);
template void resize_nearest(std::span<const std::uint8_t>, ImageSize, std::size_t, ImageSize,
                             std::span<std::uint8_t>);
template void resize_nearest(std::span<const std::uint16_t>, ImageSize, std::size_t, ImageSize,
                             std::span<std::uint16_t>);
template void resize_nearest(std::span<const float>, ImageSize, std::size_t, ImageSize, std::span<float>);
template void resize_nearest(std::span<const double>, ImageSize, std::size_t, ImageSize, std::span<double>);

}  // namespace fathom
