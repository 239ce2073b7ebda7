#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#include <stb_image.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <string>

#include "read/image_decoders.h"

namespace fathom {

namespace {

/// What a BMP header says, as far as it bears on size.
struct BmpHeader {
  std::uint64_t pixel_offset = 0, height = 0, width = 0, bits = 0;
  /// Rows are padded to four bytes.
  std::uint64_t pixel_bytes() const { return (width * bits + 31) / 32 * 4 * height; }
};

std::uint32_t little_endian(std::span<const std::byte> file, std::size_t offset, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(file[offset + i]);
  return value;
}

/// A side as the file stores it: negative heights mean rows from the top down.
std::uint64_t side(std::uint32_t stored) {
  const auto value = static_cast<std::int64_t>(static_cast<std::int32_t>(stored));
  return static_cast<std::uint64_t>(value < 0 ? -value : value);
}

BmpHeader read_header(std::span<const std::byte> file) {
  constexpr std::size_t core_end = 26, info_end = 54;
  if (file.size() < core_end) throw ImageError("truncated or corrupt: the header is not whole");
  BmpHeader header;
  header.pixel_offset = little_endian(file, 10, 4);
  if (little_endian(file, 14, 4) == 12) {
    header.width = little_endian(file, 18, 2);
    header.height = little_endian(file, 20, 2);
    header.bits = little_endian(file, 24, 2);
    return header;
  }
  if (file.size() < info_end) throw ImageError("truncated or corrupt: the header is not whole");
  header.width = side(little_endian(file, 18, 4));
  header.height = side(little_endian(file, 22, 4));
  header.bits = little_endian(file, 28, 2);
  return header;
}

/// RGB from what stb_image gives, and whether there was transparency in it.
Image without_alpha(const stbi_uc* pixels, std::size_t height, std::size_t width, std::size_t channels) {
  Image image = Image::unfilled(height, width, 3, PixelType::uint8);
  unsigned char* out = octets(image.mutable_bytes());
  if (channels == 3) {
    std::copy_n(pixels, image.size(), out);
    return image;
  }
  for (std::size_t i = 0; i < height * width; ++i) {
    std::copy_n(pixels + 4 * i, 3, out + 3 * i);
    // The fourth byte is padding in most files, all 255 here; only then has nothing been dropped.
    image.alpha_dropped |= pixels[4 * i + 3] != 255;
  }
  return image;
}

}  // namespace

Image decode_bmp(std::span<const std::byte> file, const ImageLimits& limits) {
  const BmpHeader header = read_header(file);
  check_size(header.height, header.width, limits);
  // stb_image would read zeros past the end.
  if (header.pixel_offset > file.size() || header.pixel_bytes() > file.size() - header.pixel_offset) {
    throw ImageError("truncated or corrupt: the file ends before the last pixel (or is a compressed BMP)");
  }
  if (file.size() > INT_MAX) throw ImageError("a BMP of more than 2 GB");
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(octets(file), static_cast<int>(file.size()), &width, &height, &channels, 0),
      stbi_image_free);
  if (!pixels) throw ImageError(std::string("corrupt or unsupported: ") + stbi_failure_reason());
  if (channels != 3 && channels != 4)
    throw ImageError("corrupt or unsupported: " + std::to_string(channels) + " channels");
  return without_alpha(pixels.get(), static_cast<std::size_t>(height), static_cast<std::size_t>(width),
                       static_cast<std::size_t>(channels));
}

}  // namespace fathom
