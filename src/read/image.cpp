#include "fathom/read/image.h"

#include <algorithm>
#include <utility>

namespace fathom {

std::size_t pixel_bytes(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return 1;
    case PixelType::uint16:
      return 2;
    case PixelType::float32:
      return 4;
    case PixelType::float64:
      return 8;
  }
  throw InternalError("unknown pixel type");
}

std::string_view pixel_type_name(PixelType type) {
  switch (type) {
    case PixelType::uint8:
      return "uint8";
    case PixelType::uint16:
      return "uint16";
    case PixelType::float32:
      return "float32";
    case PixelType::float64:
      return "float64";
  }
  throw InternalError("unknown pixel type");
}

Image::Image(std::size_t height, std::size_t width, std::size_t channels, PixelType type)
    : height_(height), width_(width), channels_(channels), type_(type) {
  storage_ = std::make_shared<std::byte[]>(size() * pixel_bytes(type));
  pixels_ = storage_.get();
}

Image::Image(std::size_t height, std::size_t width, std::size_t channels, PixelType type,
             const std::byte* pixels, std::shared_ptr<const void> owner)
    : height_(height),
      width_(width),
      channels_(channels),
      type_(type),
      pixels_(pixels),
      owner_(std::move(owner)) {}

Image Image::unfilled(std::size_t height, std::size_t width, std::size_t channels, PixelType type) {
  Image image;
  image.height_ = height;
  image.width_ = width;
  image.channels_ = channels;
  image.type_ = type;
  image.storage_.reset(new std::byte[image.size() * pixel_bytes(type)]);
  image.pixels_ = image.storage_.get();
  return image;
}

std::span<std::byte> Image::mutable_bytes() {
  FATHOM_CHECK(storage_ != nullptr);
  return {storage_.get(), size() * pixel_bytes(type_)};
}

namespace {

template <class T>
bool channels_agree(std::span<const T> rgb) {
  // Blocks without a branch per pixel: the compiler vectorises the inner loop, and colour is found in the
  // first.
  constexpr std::size_t block = std::size_t{3} * 256;
  for (std::size_t start = 0; start < rgb.size(); start += block) {
    const std::size_t end = std::min(start + block, rgb.size());
    unsigned differ = 0;
    for (std::size_t i = start; i < end; i += 3) {
      differ |= static_cast<unsigned>(rgb[i] != rgb[i + 1]) | static_cast<unsigned>(rgb[i] != rgb[i + 2]);
    }
    if (differ != 0) return false;
  }
  return true;
}

template <class T>
Image collapse(Image image) {
  const auto rgb = image.pixels<T>();
  if (!channels_agree(rgb)) return image;
  Image grey = Image::unfilled(image.height(), image.width(), 1, image.type());
  T* out = reinterpret_cast<T*>(grey.mutable_bytes().data());
  for (std::size_t i = 0; i < grey.size(); ++i) out[i] = rgb[3 * i];
  grey.alpha_dropped = image.alpha_dropped;
  grey.stored_as_rgb = true;
  grey.full_scale = image.full_scale;
  return grey;
}

}  // namespace

Image collapse_equal_channels(Image image) {
  if (image.channels() != 3) return image;
  switch (image.type()) {
    case PixelType::uint8:
      return collapse<std::uint8_t>(std::move(image));
    case PixelType::uint16:
      return collapse<std::uint16_t>(std::move(image));
    case PixelType::float32:
      return collapse<float>(std::move(image));
    case PixelType::float64:
      return collapse<double>(std::move(image));
  }
  throw InternalError("unknown pixel type");
}

}  // namespace fathom
