#include <png.h>

#include <array>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "read/byte_source.h"
#include "read/image_decoders.h"

namespace fathom {

namespace {

std::uint32_t big_endian_32(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

/// One libpng reader over one file in memory.
class PngDecoder {
 public:
  PngDecoder(std::span<const std::byte> file, const ImageLimits& limits) : file_(file) {
    check_claims(limits);
    png_ = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, this,
        [](png_structp png, png_const_charp reason) {
          static_cast<PngDecoder*>(png_get_error_ptr(png))->fail(reason);
        },
        [](png_structp, png_const_charp) {});
    if (png_ == nullptr) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  Image decode() {
    guarded([this] { start(); });
    const bool grey = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) == 0;
    const PixelType type = png_get_bit_depth(png_, info_) == 16 ? PixelType::uint16 : PixelType::uint8;
    const bool alpha = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 ||
                       png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    guarded([this] { unify(); });
    Image image = Image::unfilled(png_get_image_height(png_, info_), png_get_image_width(png_, info_),
                                  grey ? 1 : 3, type);
    FATHOM_CHECK(png_get_rowbytes(png_, info_) * image.height() == image.bytes().size());
    image.alpha_dropped = alpha;
    std::vector<png_bytep> rows = row_starts(image);
    png_bytep* const first_row = rows.data();
    guarded([this, first_row] {
      png_read_image(png_, first_row);
      png_read_end(png_, nullptr);
    });
    return image;
  }

 private:
  /// Runs calls into libpng. Its errors come back by a jump to here, over frames of C and of `step` alone,
  /// which must therefore hold nothing that has a destructor.
  template <class Step>
  void guarded(Step step) {
    if (setjmp(jump_) != 0) throw ImageError(std::string("truncated or corrupt: ") + message_.data());
    step();
  }

  [[noreturn]] void fail(const char* reason) {
    std::snprintf(message_.data(), message_.size(), "%s", reason);
    std::longjmp(jump_, 1);
  }

  /// The header chunk comes first in every PNG, so that the claims can be judged before libpng acts on them.
  void check_claims(const ImageLimits& limits) const {
    constexpr std::size_t header_end = 33;
    const unsigned char* bytes = octets(file_);
    if (file_.size() < header_end || std::memcmp(bytes + 12, "IHDR", 4) != 0) {
      throw ImageError("truncated or corrupt: no header chunk");
    }
    const std::uint64_t width = big_endian_32(bytes + 16), height = big_endian_32(bytes + 20);
    check_size(height, width, limits);
    const std::uint64_t depth = bytes[24];
    const std::uint64_t least_bytes = height * ((width * depth + 7) / 8);
    if (least_bytes > most_inflated(file_.size())) {
      throw ImageError("truncated or corrupt: claims " + std::to_string(width) + " x " +
                       std::to_string(height) + " pixels in a file of " + std::to_string(file_.size()) +
                       " bytes");
    }
  }

  static void read_bytes(png_structp png, png_bytep out, std::size_t count) {
    auto& self = *static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (count > self.file_.size() - self.position_) png_error(png, "the file ends too early");
    std::memcpy(out, self.file_.data() + self.position_, count);
    self.position_ += count;
  }

  void start() {
    png_set_read_fn(png_, this, read_bytes);
    // Every chunk but those that make the pixels is passed over: gamma and profiles are not applied, and a
    // broken comment is no reason to refuse an image.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(png_, info_);
  }

  /// Asks for 8- or 16-bit grey or RGB in the byte order of this machine.
  void unify() {
    const int colour = png_get_color_type(png_, info_);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    if (std::endian::native == std::endian::little) png_set_swap(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  static std::vector<png_bytep> row_starts(Image& image) {
    const std::size_t stride = image.bytes().size() / image.height();
    std::vector<png_bytep> rows(image.height());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = octets(image.mutable_bytes()) + i * stride;
    return rows;
  }

  std::span<const std::byte> file_;
  std::size_t position_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_ = {};
  std::array<char, 256> message_ = {};
};

}  // namespace

Image decode_png(std::span<const std::byte> file, const ImageLimits& limits) {
  return PngDecoder(file, limits).decode();
}

}  // namespace fathom
