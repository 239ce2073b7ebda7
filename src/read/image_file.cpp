#include "fathom/read/image_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>

#include "read/byte_source.h"
#include "read/image_decoders.h"
#include "read/lower_case.h"

namespace fathom {

namespace {

constexpr std::string_view no_format = "not a JPEG, PNG, TIFF, BMP or WebP file";

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_tiff(std::string_view start) {
  using namespace std::string_view_literals;
  constexpr std::array<std::string_view, 4> magics = {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};
  return std::any_of(magics.begin(), magics.end(), [&](auto magic) { return begins_with(start, magic); });
}

Image decode_by_content(std::span<const std::byte> file, const ImageLimits& limits) {
  const std::string_view start(reinterpret_cast<const char*>(file.data()),
                               std::min<std::size_t>(file.size(), 16));
  if (begins_with(start, "\xff\xd8\xff")) return decode_jpeg(file, limits);
  if (begins_with(start, "\x89PNG\r\n\x1a\n")) return decode_png(file, limits);
  if (is_tiff(start)) return decode_tiff(file, limits);
  if (begins_with(start, "RIFF") && start.substr(std::min<std::size_t>(start.size(), 8), 4) == "WEBP") {
    return decode_webp(file, limits);
  }
  if (begins_with(start, "BM")) return decode_bmp(file, limits);
  throw ImageError(std::string(no_format));
}

/// Memory for one file, kept by a thread from one image to the next.
class FileBuffer {
 public:
  std::span<const std::byte> load(const std::filesystem::path& path, const ImageLimits& limits) {
    const std::unique_ptr<ByteSource> source = open_bytes(path);
    const std::uint64_t size = source->at_most();
    // Four float64 samples a pixel and generous headers: more than any file that the limits would let
    // through.
    constexpr std::uint64_t header = std::uint64_t{1} << 26;
    if (size / 32 > limits.max_pixels && size > header) {
      throw ImageError("the file holds " + std::to_string(size) +
                       " bytes, more than an image within the limits");
    }
    if (size > capacity_) {
      capacity_ = 0;
      bytes_.reset(new std::byte[size]);
      capacity_ = size;
    }
    const std::size_t got = source->read({bytes_.get(), static_cast<std::size_t>(size)});
    return {bytes_.get(), got};
  }
  /// Gives memory back after an unusually large file.
  void trim() {
    constexpr std::size_t kept = std::size_t{1} << 24;
    if (capacity_ <= kept) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_ = 0;
};

}  // namespace

void check_size(std::uint64_t height, std::uint64_t width, const ImageLimits& limits) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height);
  if (height == 0 || width == 0) throw ImageError("an image of " + size + " pixels");
  if (height > limits.max_side || width > limits.max_side) {
    throw ImageError("claims " + size + " pixels, over the limit of " + std::to_string(limits.max_side) +
                     " a side");
  }
  if (height > limits.max_pixels / width) {
    throw ImageError("claims " + size + " pixels, over the limit of " + std::to_string(limits.max_pixels) +
                     " in all");
  }
}

Image decode_image(std::span<const std::byte> file, const ImageLimits& limits) {
  if (file.empty()) throw ImageError("the file is empty");
  try {
    return collapse_equal_channels(decode_by_content(file, limits));
  } catch (const std::bad_alloc&) {
    throw ImageError("needs more memory than there is");
  }
}

Image read_image_file(const std::filesystem::path& path, const ImageLimits& limits) {
  thread_local FileBuffer buffer;
  try {
    Image image = decode_image(buffer.load(path, limits), limits);
    buffer.trim();
    return image;
  } catch (const InputError& error) {
    throw ImageError(error.reason());
  } catch (const std::bad_alloc&) {
    throw ImageError("needs more memory than there is");
  }
}

bool has_image_suffix(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 7> suffixes = {".jpg",  ".jpeg", ".png", ".tif",
                                                        ".tiff", ".bmp",  ".webp"};
  const std::string suffix = lower_case(path.extension().string());
  return std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end();
}

}  // namespace fathom
