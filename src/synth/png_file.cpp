#include "fathom/synth/png_file.h"

#include <png.h>

#include "fathom/core/error.h"

namespace fathom::synth {

std::string encode_png(std::span<const std::uint8_t> pixels, std::size_t height, std::size_t width,
                       std::size_t channels) {
  FATHOM_CHECK(pixels.size() == height * width * channels);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(height);
  image.width = static_cast<png_uint_32>(width);
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  // Three times as fast (measured on 224 x 224 RGB), for files twice as large.
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(bytes, '\0');
  const int written = png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels.data(), 0, nullptr);
  FATHOM_CHECK(written != 0);
  file.resize(bytes);
  return file;
}

}  // namespace fathom::synth
