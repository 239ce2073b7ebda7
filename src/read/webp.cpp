#include <webp/decode.h>

#include <string>

#include "read/image_decoders.h"

namespace fathom {

namespace {

std::string reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "needs more memory than there is";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "corrupt or unsupported: a WebP feature that is not read";
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return "truncated or corrupt: the file ends too early";
    default:
      return "truncated or corrupt: the WebP data cannot be decoded";
  }
}

void check(VP8StatusCode status) {
  if (status != VP8_STATUS_OK) throw ImageError(reason_of(status));
}

}  // namespace

Image decode_webp(std::span<const std::byte> file, const ImageLimits& limits) {
  WebPDecoderConfig config;
  FATHOM_CHECK(WebPInitDecoderConfig(&config) != 0);
  check(WebPGetFeatures(octets(file), file.size(), &config.input));
  check_size(static_cast<std::uint64_t>(config.input.height), static_cast<std::uint64_t>(config.input.width),
             limits);
  if (config.input.has_animation != 0)
    throw ImageError("an animated WebP; save each frame as a file of its own");

  Image image = Image::unfilled(static_cast<std::size_t>(config.input.height),
                                static_cast<std::size_t>(config.input.width), 3, PixelType::uint8);
  image.alpha_dropped = config.input.has_alpha != 0;
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = octets(image.mutable_bytes());
  config.output.u.RGBA.stride = config.input.width * 3;
  config.output.u.RGBA.size = image.size();
  check(WebPDecode(octets(file), file.size(), &config));
  return image;
}

}  // namespace fathom
