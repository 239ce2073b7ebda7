// The decoders behind decode_image, one a format. Each checks what the header claims before it sets memory
// aside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fathom/read/image.h"
#include "fathom/read/image_file.h"

namespace fathom {

/// Throws ImageError for an image without pixels, or larger than the limits.
void check_size(std::uint64_t height, std::uint64_t width, const ImageLimits& limits);

/// Each returns 1 or 3 channels and throws ImageError. `file` begins as the format does.
Image decode_jpeg(std::span<const std::byte> file, const ImageLimits& limits);
Image decode_png(std::span<const std::byte> file, const ImageLimits& limits);
Image decode_tiff(std::span<const std::byte> file, const ImageLimits& limits);
Image decode_bmp(std::span<const std::byte> file, const ImageLimits& limits);
Image decode_webp(std::span<const std::byte> file, const ImageLimits& limits);

/// The bytes as the C libraries want them.
inline const unsigned char* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* octets(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace fathom
