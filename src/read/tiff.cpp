#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "read/image_decoders.h"

namespace fathom {

namespace {

/// A TIFF in memory, as libtiff wants to see a file, and what libtiff said about it.
class TiffFile {
 public:
  explicit TiffFile(std::span<const std::byte> file) : file_(file) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                               TIFFOpenOptionsFree);
    if (!options) throw std::bad_alloc();
    // Handlers of this file alone; returning 1 keeps libtiff's own, which print, from being called.
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_warning, this);
    tiff_ = TIFFClientOpenExt("image", "r", this, read_bytes, write_nothing, seek, close, size, map, unmap,
                              options.get());
    if (tiff_ == nullptr) fail();
  }
  ~TiffFile() { TIFFClose(tiff_); }
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* get() const { return tiff_; }
  [[noreturn]] void fail() const {
    throw ImageError("truncated or corrupt: " + (error_.empty() ? "libtiff gives no reason" : error_));
  }
  void fail_if_warned() const {
    if (!warning_.empty()) throw ImageError("truncated or corrupt: " + warning_);
  }
  void forget_messages() {
    error_.clear();
    warning_.clear();
  }

  /// A tag, or its default; `fallback` where it has neither.
  template <class T>
  T tag(std::uint32_t name, T fallback) const {
    T value = fallback;
    return TIFFGetFieldDefaulted(tiff_, name, &value) == 1 ? value : fallback;
  }

 private:
  static TiffFile& from(void* handle) { return *static_cast<TiffFile*>(handle); }

  static std::string worded(const char* format, std::va_list arguments) {
    std::array<char, 256> text = {};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    return text.data();
  }
  static int keep_error(TIFF*, void* self, const char*, const char* format, std::va_list arguments) {
    std::string& kept = from(self).error_;
    if (kept.empty()) kept = worded(format, arguments);
    return 1;
  }
  static int keep_warning(TIFF*, void* self, const char*, const char* format, std::va_list arguments) {
    std::string& kept = from(self).warning_;
    if (kept.empty()) kept = worded(format, arguments);
    return 1;
  }

  static tmsize_t read_bytes(thandle_t handle, void* out, tmsize_t wanted) {
    TiffFile& self = from(handle);
    const std::uint64_t left = self.file_.size() - std::min<std::uint64_t>(self.position_, self.file_.size());
    const std::size_t count =
        std::min<std::uint64_t>(left, wanted < 0 ? 0 : static_cast<std::uint64_t>(wanted));
    if (count > 0) std::memcpy(out, self.file_.data() + self.position_, count);
    self.position_ += count;
    return static_cast<tmsize_t>(count);
  }
  static tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return -1; }
  static toff_t seek(thandle_t handle, toff_t offset, int from_where) {
    TiffFile& self = from(handle);
    if (from_where == SEEK_SET) self.position_ = offset;
    if (from_where == SEEK_CUR) self.position_ += offset;
    if (from_where == SEEK_END) self.position_ = self.file_.size() + offset;
    return self.position_;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return from(handle).file_.size(); }
  static int map(thandle_t handle, void** base, toff_t* size) {
    const std::span<const std::byte> file = from(handle).file_;
    *base = const_cast<std::byte*>(file.data());
    *size = file.size();
    return 1;
  }
  static void unmap(thandle_t, void*, toff_t) {}

  std::span<const std::byte> file_;
  std::uint64_t position_ = 0;
  std::string error_, warning_;
  TIFF* tiff_ = nullptr;
};

/// How the samples of a file become pixels.
struct Layout {
  std::uint32_t height = 0, width = 0;
  std::uint16_t bits = 1, samples = 1, photometric = 0, compression = COMPRESSION_NONE;
  bool separate = false, inverted = false, palette = false;
  PixelType type = PixelType::uint8;
  std::size_t colours = 1;  ///< samples of a pixel that are not alpha

  std::size_t channels() const { return palette ? 3 : colours; }
};

PixelType pixel_type(std::uint16_t bits, std::uint16_t format) {
  if (format == SAMPLEFORMAT_IEEEFP && bits == 32) return PixelType::float32;
  if (format == SAMPLEFORMAT_IEEEFP && bits == 64) return PixelType::float64;
  const bool is_unsigned = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
  if (is_unsigned && bits == 16) return PixelType::uint16;
  if (is_unsigned && (bits == 1 || bits == 2 || bits == 4 || bits == 8)) return PixelType::uint8;
  const char* kind = is_unsigned                     ? "unsigned"
                     : format == SAMPLEFORMAT_INT    ? "signed"
                     : format == SAMPLEFORMAT_IEEEFP ? "floating-point"
                                                     : "complex";
  throw ImageError("a TIFF of " + std::to_string(bits) + "-bit " + kind +
                   " samples; save it as 8 or 16 bits unsigned, or as 32- or 64-bit floats");
}

void judge_photometric(const TiffFile& file, Layout& layout) {
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISWHITE:
      layout.inverted = true;
      return;
    case PHOTOMETRIC_MINISBLACK:
      return;
    case PHOTOMETRIC_PALETTE:
      layout.palette = true;
      return;
    case PHOTOMETRIC_RGB:
      layout.colours = 3;
      return;
    case PHOTOMETRIC_YCBCR:
      if (layout.compression == COMPRESSION_JPEG && !layout.separate) {
        TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        layout.colours = 3;
        return;
      }
      throw ImageError("a YCbCr TIFF; convert it to RGB or grey");
    case PHOTOMETRIC_SEPARATED:
      throw ImageError("a CMYK TIFF; convert it to RGB or grey");
    default:
      throw ImageError("a TIFF of colour kind " + std::to_string(layout.photometric) +
                       "; convert it to RGB or grey");
  }
}

void judge_samples(const Layout& layout) {
  if (layout.samples < layout.colours || layout.samples > layout.colours + 1) {
    throw ImageError("a TIFF of " + std::to_string(layout.samples) + " samples a pixel where " +
                     std::to_string(layout.colours) +
                     " and at most an alpha were expected; save it as grey or RGB");
  }
  if (layout.bits < 8 && layout.samples > 1) {
    throw ImageError("a TIFF of several samples of fewer than 8 bits; save it with 8 bits");
  }
  if (layout.inverted && (layout.type == PixelType::float32 || layout.type == PixelType::float64)) {
    throw ImageError(
        "a floating-point TIFF in which the smallest value is white; save it with black smallest");
  }
  if (layout.palette && layout.type != PixelType::uint8) {
    throw ImageError("a palette TIFF of more than 8 bits; convert it to RGB or grey");
  }
}

Layout read_layout(const TiffFile& file, const ImageLimits& limits) {
  Layout layout;
  layout.height = file.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  layout.width = file.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  check_size(layout.height, layout.width, limits);
  layout.bits = file.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  layout.samples = file.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.compression = file.tag<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  layout.separate =
      layout.samples > 1 &&
      file.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  layout.type = pixel_type(layout.bits, file.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT));
  if (TIFFGetField(file.get(), TIFFTAG_PHOTOMETRIC, &layout.photometric) != 1) {
    throw ImageError("a TIFF that does not say whether 0 is black or white");
  }
  if (TIFFIsCODECConfigured(layout.compression) == 0) {
    throw ImageError("a TIFF of compression kind " + std::to_string(layout.compression) +
                     ", which is not read");
  }
  judge_photometric(file, layout);
  judge_samples(layout);
  return layout;
}

/// Reduced copies and masks may follow the image; a second image would be lost in silence.
void refuse_more_pages(const TiffFile& file) {
  TIFF* tiff = file.get();
  while (TIFFLastDirectory(tiff) == 0) {
    if (TIFFReadDirectory(tiff) != 1) file.fail();
    std::uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0) {
      throw ImageError("a TIFF of several pages; save each page as a file of its own");
    }
  }
}

/// Strips and tiles are both blocks: rectangles of the image, of one sample or of all.
class BlockReader {
 public:
  BlockReader(const TiffFile& file, const Layout& layout, const ImageLimits& limits)
      : file_(file), layout_(layout), tiled_(TIFFIsTiled(file.get()) != 0) {
    if (tiled_) {
      height_ = file.tag<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
      width_ = file.tag<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    } else {
      height_ = std::min(file.tag<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, layout.height), layout.height);
      width_ = layout.width;
    }
    check_size(height_, width_, limits);
    samples_ = layout.separate ? 1 : layout.samples;
    row_bytes_ = (std::size_t{width_} * samples_ * layout.bits + 7) / 8;
    buffer_.reset(new std::byte[row_bytes_ * height_]);
  }

  std::uint32_t height() const { return height_; }
  std::uint32_t width() const { return width_; }
  std::size_t samples() const { return samples_; }

  void read(std::size_t top, std::size_t left, std::size_t plane) {
    const std::size_t rows = tiled_ ? height_ : std::min<std::size_t>(height_, layout_.height - top);
    const auto wanted = static_cast<tmsize_t>(row_bytes_ * rows);
    const auto y = static_cast<std::uint32_t>(top), x = static_cast<std::uint32_t>(left);
    const auto sample = static_cast<std::uint16_t>(plane);
    TIFF* tiff = file_.get();
    const tmsize_t got =
        tiled_ ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, sample), buffer_.get(), wanted)
               : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, sample), buffer_.get(), wanted);
    if (got != wanted) file_.fail();
  }
  std::span<const std::byte> row(std::size_t index) const {
    return {buffer_.get() + index * row_bytes_, row_bytes_};
  }

 private:
  const TiffFile& file_;
  const Layout& layout_;
  bool tiled_;
  std::uint32_t height_ = 0, width_ = 0;
  std::size_t samples_ = 1, row_bytes_ = 0;
  std::unique_ptr<std::byte[]> buffer_;
};

using Colour = std::array<std::uint8_t, 3>;

std::vector<Colour> read_palette(const TiffFile& file, const Layout& layout) {
  std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &red, &green, &blue) != 1) file.fail();
  const std::size_t count = std::size_t{1} << layout.bits;
  std::uint16_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) largest = std::max({largest, red[i], green[i], blue[i]});
  // The standard says 16 bits; old writers stored 8.
  const int shift = largest > 255 ? 8 : 0;
  std::vector<Colour> palette(count);
  for (std::size_t i = 0; i < count; ++i) {
    palette[i] = {static_cast<std::uint8_t>(red[i] >> shift), static_cast<std::uint8_t>(green[i] >> shift),
                  static_cast<std::uint8_t>(blue[i] >> shift)};
  }
  return palette;
}

/// Samples of 8 bits and more, of one plane or of all, into the pixels from `out` on.
void place_samples(std::span<const std::byte> row, std::size_t row_samples, std::size_t plane,
                   std::size_t columns, const Layout& layout, std::byte* out) {
  const std::size_t bytes = pixel_bytes(layout.type);
  if (row_samples == layout.colours) {
    std::copy_n(row.data(), columns * row_samples * bytes, out);
    return;
  }
  const std::size_t used = std::min(row_samples, layout.colours);
  for (std::size_t x = 0; x < columns; ++x) {
    std::memcpy(out + (x * layout.colours + plane) * bytes, row.data() + x * row_samples * bytes,
                used * bytes);
  }
}

/// The first sample of pixel x, of 1, 2, 4 or 8 bits: the most significant bits of a byte come first.
unsigned small_sample(std::span<const std::byte> row, std::size_t row_samples, unsigned bits, std::size_t x) {
  if (bits == 8) return std::to_integer<unsigned>(row[x * row_samples]);
  const std::size_t per_byte = 8 / bits;
  const auto shift = static_cast<unsigned>(8 - bits * (x % per_byte + 1));
  return std::to_integer<unsigned>(row[x / per_byte]) >> shift & ((1U << bits) - 1);
}

/// Palette numbers and samples of fewer than 8 bits, as 8-bit colours and greys.
void place_small_samples(std::span<const std::byte> row, std::size_t row_samples, std::size_t columns,
                         const Layout& layout, const std::vector<Colour>& palette, std::byte* out) {
  const unsigned white = (1U << layout.bits) - 1;
  for (std::size_t x = 0; x < columns; ++x) {
    const unsigned sample = small_sample(row, row_samples, layout.bits, x);
    if (layout.palette) {
      std::memcpy(out + 3 * x, palette[sample].data(), 3);
    } else {
      out[x] = static_cast<std::byte>(sample * 255 / white);
    }
  }
}

Image read_blocks(const TiffFile& file, const Layout& layout, const ImageLimits& limits) {
  const std::vector<Colour> palette = layout.palette ? read_palette(file, layout) : std::vector<Colour>();
  BlockReader block(file, layout, limits);
  Image image = Image::unfilled(layout.height, layout.width, layout.channels(), layout.type);
  const std::size_t pixel = image.channels() * pixel_bytes(layout.type);
  const auto place_block = [&](std::size_t top, std::size_t left, std::size_t plane) {
    const std::size_t rows = std::min<std::size_t>(block.height(), layout.height - top);
    const std::size_t columns = std::min<std::size_t>(block.width(), layout.width - left);
    for (std::size_t r = 0; r < rows; ++r) {
      std::byte* out = image.mutable_bytes().data() + ((top + r) * image.width() + left) * pixel;
      if (layout.palette || layout.bits < 8) {
        place_small_samples(block.row(r), block.samples(), columns, layout, palette, out);
      } else {
        place_samples(block.row(r), block.samples(), plane, columns, layout, out);
      }
    }
  };
  const std::size_t planes = layout.separate ? layout.colours : 1;
  for (std::size_t plane = 0; plane < planes; ++plane) {
    for (std::size_t top = 0; top < layout.height; top += block.height()) {
      for (std::size_t left = 0; left < layout.width; left += block.width()) {
        block.read(top, left, plane);
        place_block(top, left, plane);
      }
    }
  }
  return image;
}

template <class T>
void invert(Image& image) {
  T* pixels = reinterpret_cast<T*>(image.mutable_bytes().data());
  for (std::size_t i = 0; i < image.size(); ++i) pixels[i] = static_cast<T>(~pixels[i]);
}

/// libjpeg and the fax decoders go on with invented pixels after what libtiff passes on as a warning.
bool warnings_mean_damage(const Layout& layout) {
  constexpr std::array<std::uint16_t, 4> kinds = {COMPRESSION_JPEG, COMPRESSION_CCITTRLE,
                                                  COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4};
  return std::find(kinds.begin(), kinds.end(), layout.compression) != kinds.end();
}

}  // namespace

Image decode_tiff(std::span<const std::byte> bytes, const ImageLimits& limits) {
  TiffFile file(bytes);
  refuse_more_pages(file);
  if (TIFFSetDirectory(file.get(), 0) != 1) file.fail();
  const Layout layout = read_layout(file, limits);
  file.forget_messages();
  Image image = read_blocks(file, layout, limits);
  if (warnings_mean_damage(layout)) file.fail_if_warned();
  if (layout.inverted && layout.type == PixelType::uint8) invert<std::uint8_t>(image);
  if (layout.inverted && layout.type == PixelType::uint16) invert<std::uint16_t>(image);
  image.alpha_dropped = layout.samples > layout.colours;
  return image;
}

}  // namespace fathom
