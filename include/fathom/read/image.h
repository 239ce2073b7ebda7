// One decoded image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {

/// How a pixel value is stored once decoded. Every integer and floating type that a file may hold is widened
/// to the first of these that keeps its value exactly (64-bit integers beyond 2^53 excepted: they are
/// refused).
enum class PixelType { uint8, uint16, float32, float64 };

std::size_t pixel_bytes(PixelType type);
std::string_view pixel_type_name(PixelType type);  // "uint8", ...

/// height x width x channels values, row-major, channels interleaved (R, G, B), without padding.
///
/// The pixels belong to the image, or to an array that the image keeps alive.
class Image {
 public:
  Image() = default;
  /// A black image (every value 0) of its own.
  Image(std::size_t height, std::size_t width, std::size_t channels, PixelType type);
  /// A view into `owner`, which is kept alive.
  Image(std::size_t height, std::size_t width, std::size_t channels, PixelType type, const std::byte* pixels,
        std::shared_ptr<const void> owner);

  /// An image of its own whose pixels have no value yet: for a decoder that writes every one of them.
  static Image unfilled(std::size_t height, std::size_t width, std::size_t channels, PixelType type);

  std::size_t height() const { return height_; }
  std::size_t width() const { return width_; }
  std::size_t channels() const { return channels_; }
  std::size_t size() const { return height_ * width_ * channels_; }
  PixelType type() const { return type_; }
  std::span<const std::byte> bytes() const { return {pixels_, size() * pixel_bytes(type_)}; }
  /// Only of an image that owns its pixels.
  std::span<std::byte> mutable_bytes();
  /// The pixels as T, which must be the C++ type of type().
  template <class T>
  std::span<const T> pixels() const {
    FATHOM_CHECK(sizeof(T) == pixel_bytes(type_));
    return {reinterpret_cast<const T*>(pixels_), size()};
  }

  /// The file had an alpha channel, which was dropped.
  bool alpha_dropped = false;
  /// One channel, but the file has three that agree in every pixel.
  bool stored_as_rgb = false;
  /// Value of white where the file uses fewer bits than its type has (4095 of 12 bits in 16); nothing: the
  /// type's largest. Of integer pixels alone.
  std::optional<double> full_scale;

 private:
  std::size_t height_ = 0, width_ = 0, channels_ = 0;
  PixelType type_ = PixelType::uint8;
  const std::byte* pixels_ = nullptr;
  std::shared_ptr<std::byte[]> storage_;
  std::shared_ptr<const void> owner_;
};

/// An RGB image whose channels agree in every pixel, as one channel; any other image, itself.
/// Floating-point channels agree when they compare equal, so an image with a NaN stays as it is.
Image collapse_equal_channels(Image image);

}  // namespace fathom
