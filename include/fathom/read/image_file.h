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
  std::size_t max_side = 65'535;                  ///< pixels, height and width
  std::size_t max_pixels = std::size_t{1} << 28;  ///< height x width
};

/// What is wrong with one image. what() is the reason in a few words, without the file's name.
class ImageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Decodes an image held in memory.
///
/// Grey images have 1 channel, and so have colour images whose channels agree in every pixel (a grey image
/// stored as RGB); others have 3. Palettes are expanded; alpha is dropped (Image::alpha_dropped); 16-bit
/// files stay 16 bits, 1-, 2- and 4-bit ones are scaled to 0..255. Pixels are those of the file: no
/// orientation tag, gamma or colour profile is applied (as the published loaders do). JPEG pixels are those
/// of libjpeg's accurate integer transform with smooth chroma upsampling: Pillow's.
///
/// TIFF: strips or tiles, 1 to 8 or 16 bits unsigned, 32- or 64-bit floats, grey (white smallest: inverted),
/// RGB or palette, with at most an alpha. BMP: uncompressed.
///
/// Throws ImageError: empty, unknown format, truncated, corrupt (also where the library only warns and would
/// invent the missing pixels), 0 pixels, over the limits (judged by the header, before any pixel is decoded),
/// CMYK, several pages or frames, another kind of sample.
Image decode_image(std::span<const std::byte> file, const ImageLimits& limits = {});

/// Reads and decodes a file. Throws ImageError, also when it cannot be opened or is no regular file. Each
/// thread keeps a buffer of up to 16 MiB for its next file.
Image read_image_file(const std::filesystem::path& path, const ImageLimits& limits = {});

/// True for names that end in an image suffix (.jpg .jpeg .png .tif .tiff .bmp .webp, any case).
bool has_image_suffix(const std::filesystem::path& path);

}  // namespace fathom
