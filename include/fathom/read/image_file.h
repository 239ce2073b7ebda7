// Image files: JPEG, PNG, TIFF, BMP, WebP. The format is recognised by content, never by name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "fathom/read/image.h"

namespace fathom {

/// Guards against files that claim to be larger than any memory.
struct ImageLimits {
  std::size_t max_side = 65'535;            ///< pixels, height and width
  std::size_t max_pixels = std::size_t{1} << 28;  ///< height x width
};

/// What is wrong with one image. what() is the reason in a few words, without the file's name.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Decodes an image held in memory.
///
/// Grey images have 1 channel, and so have colour images whose channels agree in every pixel (a grey image stored
/// as RGB); others have 3. Palettes are expanded; alpha is dropped (Image::alpha_dropped);
/// 16-bit files stay 16 bits, 1-, 2- and 4-bit ones are scaled to 0..255. Pixels are those of the file: no
/// orientation tag, gamma or colour profile is applied (as the published loaders do).
/// Throws ImageError: empty, unknown format, truncated, corrupt, 0 pixels, over the limits, CMYK.
Image decode_image(std::span<const std::byte> file, const ImageLimits& limits = {});

/// Reads and decodes a file. Throws ImageError, also when it cannot be opened.
Image read_image_file(const std::filesystem::path& path, const ImageLimits& limits = {});

/// True for names that end in an image suffix (.jpg .jpeg .png .tif .tiff .bmp .webp, any case).
bool has_image_suffix(const std::filesystem::path& path);

}  // namespace fathom
