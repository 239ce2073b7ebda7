#include <csetjmp>
#include <cstdio>
// libjpeg's header needs <cstdio> before it.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "read/image_decoders.h"

namespace fathom {

namespace {

constexpr JSAMPLE neutral_chroma = 128;

bool is_neutral(const JSAMPLE* chroma, std::size_t count) {
  unsigned differing_bits = 0;
  for (std::size_t i = 0; i < count; ++i) differing_bits |= static_cast<unsigned>(chroma[i] ^ neutral_chroma);
  return differing_bits == 0;
}

/// One libjpeg decompressor over one file in memory.
class JpegDecoder {
 public:
  JpegDecoder(std::span<const std::byte> file, const ImageLimits& limits) : file_(file), limits_(limits) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr info) { from(info).fail("corrupt or unsupported: "); };
    errors_.emit_message = [](j_common_ptr info, int level) { from(info).warn(level); };
    errors_.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = [](j_common_ptr info) { from(info).limit_scans(); };
    info_.client_data = this;
    guarded([this] { jpeg_create_decompress(&info_); });
    info_.progress = &progress_;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  Image decode() {
    read_header();
    if (luma_can_stand_alone()) {
      if (std::optional<Image> grey = decode_neutral()) return *std::move(grey);
      guarded([this] { jpeg_abort_decompress(&info_); });
      read_header();
    }
    return decode_scanlines();
  }

 private:
  static JpegDecoder& from(j_common_ptr info) { return *static_cast<JpegDecoder*>(info->client_data); }

  /// Runs calls into libjpeg. Its errors come back by a jump to here, over frames of C and of `step` alone,
  /// which must therefore hold nothing that has a destructor.
  template <class Step>
  void guarded(Step step) {
    if (setjmp(jump_) != 0) throw ImageError(message_.data());
    step();
  }

  [[noreturn]] void fail(const char* kind) {
    std::array<char, JMSG_LENGTH_MAX> reason = {};
    errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), reason.data());
    std::snprintf(message_.data(), message_.size(), "%s%s", kind, reason.data());
    std::longjmp(jump_, 1);
  }

  /// libjpeg goes on with invented pixels after what it calls a warning; only those about metadata are
  /// harmless.
  void warn(int level) {
    if (level >= 0) return;
    const int code = errors_.msg_code;
    if (code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM || code == JWRN_NOT_SEQUENTIAL) return;
    fail("truncated or corrupt: ");
  }

  /// A few kilobytes can hold thousands of scans over the whole image; encoders write about ten.
  void limit_scans() {
    constexpr int most_scans = 500;
    if (info_.input_scan_number <= most_scans) return;
    std::snprintf(message_.data(), message_.size(), "corrupt or unsupported: more than %d scans", most_scans);
    std::longjmp(jump_, 1);
  }

  void read_header() {
    guarded([this] {
      jpeg_mem_src(&info_, octets(file_), file_.size());
      jpeg_read_header(&info_, TRUE);
    });
    check_size(info_.image_height, info_.image_width, limits_);
    if (info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK) {
      throw ImageError("CMYK JPEG; convert it to RGB or grey");
    }
    if (info_.num_components != 1 && info_.num_components != 3) {
      throw ImageError("a JPEG with " + std::to_string(info_.num_components) +
                       " components; convert it to RGB or grey");
    }
  }

  /// True when luma and chroma can be decoded side by side without resampling the luma. Not for several
  /// scans: those are decoded whole before the first row is out, and a colour image would cost that twice.
  bool luma_can_stand_alone() {
    const jpeg_component_info& luma = info_.comp_info[0];
    return info_.jpeg_color_space == JCS_YCbCr && luma.h_samp_factor == info_.max_h_samp_factor &&
           luma.v_samp_factor == info_.max_v_samp_factor && !jpeg_has_multiple_scans(&info_);
  }

  /// The luma of a grey image stored as YCbCr: where both chromas are neutral, R = G = B = Y exactly. Saves
  /// the upsampling and conversion of colours that are not there. Nothing at the first row that has colour.
  std::optional<Image> decode_neutral() {
    info_.raw_data_out = TRUE;
    info_.out_color_space = JCS_YCbCr;
    guarded([this] { jpeg_start_decompress(&info_); });
    Image grey = Image::unfilled(info_.image_height, info_.image_width, 1, PixelType::uint8);
    RawRows rows(info_);
    const std::size_t step = rows.luma_rows();
    for (std::size_t top = 0; top < grey.height(); top += step) {
      rows.aim_luma(grey, top);
      JSAMPIMAGE planes = rows.planes();
      guarded([this, planes, step] { jpeg_read_raw_data(&info_, planes, static_cast<JDIMENSION>(step)); });
      if (!rows.chroma_is_neutral(info_, top / step)) return std::nullopt;
      rows.copy_luma(grey, top);
    }
    guarded([this] { jpeg_finish_decompress(&info_); });
    grey.stored_as_rgb = true;
    return grey;
  }

  Image decode_scanlines() {
    info_.out_color_space = info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    guarded([this] { jpeg_start_decompress(&info_); });
    Image image = Image::unfilled(info_.output_height, info_.output_width,
                                  static_cast<std::size_t>(info_.output_components), PixelType::uint8);
    const std::size_t stride = image.width() * image.channels();
    JSAMPLE* pixels = octets(image.mutable_bytes());
    guarded([this, pixels, stride] {
      while (info_.output_scanline < info_.output_height) {
        std::array<JSAMPROW, 4> rows;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const std::size_t row = std::min<std::size_t>(info_.output_scanline + i, info_.output_height - 1);
          rows[i] = pixels + row * stride;
        }
        jpeg_read_scanlines(&info_, rows.data(), static_cast<JDIMENSION>(rows.size()));
      }
      jpeg_finish_decompress(&info_);
    });
    return image;
  }

  /// Room for one row of blocks of each component, as jpeg_read_raw_data fills it.
  class RawRows {
   public:
    explicit RawRows(const jpeg_decompress_struct& info) {
      std::size_t total = 0;
      for (std::size_t c = 0; c < components; ++c) {
        const jpeg_component_info& component = info.comp_info[c];
        strides_[c] = std::size_t{component.width_in_blocks} * DCTSIZE;
        row_counts_[c] = static_cast<std::size_t>(component.v_samp_factor) * DCTSIZE;
        total += strides_[c] * row_counts_[c];
      }
      samples_.reset(new JSAMPLE[total]);
      JSAMPLE* next = samples_.get();
      for (std::size_t c = 0; c < components; ++c) {
        for (std::size_t r = 0; r < row_counts_[c]; ++r, next += strides_[c]) rows_[c][r] = next;
        planes_[c] = rows_[c].data();
      }
      own_luma_ = rows_[0];
    }
    RawRows(const RawRows&) = delete;
    RawRows& operator=(const RawRows&) = delete;

    std::size_t luma_rows() const { return row_counts_[0]; }
    JSAMPIMAGE planes() { return planes_.data(); }

    /// Lets libjpeg write the luma into the image itself, where its rows end with a block.
    void aim_luma(Image& image, std::size_t top) {
      if (image.width() != strides_[0]) return;
      JSAMPLE* pixels = octets(image.mutable_bytes());
      for (std::size_t r = 0; r < row_counts_[0]; ++r) {
        rows_[0][r] = top + r < image.height() ? pixels + (top + r) * strides_[0] : own_luma_[r];
      }
    }
    void copy_luma(Image& image, std::size_t top) const {
      if (image.width() == strides_[0]) return;
      JSAMPLE* pixels = octets(image.mutable_bytes());
      const std::size_t count = std::min(row_counts_[0], image.height() - top);
      for (std::size_t r = 0; r < count; ++r) {
        std::copy_n(rows_[0][r], image.width(), pixels + (top + r) * image.width());
      }
    }
    /// Whether the chroma samples within the image are neutral; what pads the last blocks does not count.
    bool chroma_is_neutral(const jpeg_decompress_struct& info, std::size_t block_row) const {
      for (std::size_t c = 1; c < components; ++c) {
        const jpeg_component_info& component = info.comp_info[c];
        const std::size_t top = block_row * row_counts_[c];
        if (top >= component.downsampled_height) continue;
        const std::size_t count = std::min<std::size_t>(row_counts_[c], component.downsampled_height - top);
        for (std::size_t r = 0; r < count; ++r) {
          if (!is_neutral(rows_[c][r], component.downsampled_width)) return false;
        }
      }
      return true;
    }

   private:
    static constexpr std::size_t components = 3;
    static constexpr std::size_t most_rows = MAX_SAMP_FACTOR * DCTSIZE;
    std::array<std::size_t, components> strides_ = {}, row_counts_ = {};
    std::unique_ptr<JSAMPLE[]> samples_;
    std::array<std::array<JSAMPROW, most_rows>, components> rows_ = {};
    std::array<JSAMPROW, most_rows> own_luma_ = {};
    std::array<JSAMPARRAY, components> planes_ = {};
  };

  std::span<const std::byte> file_;
  ImageLimits limits_;
  jpeg_decompress_struct info_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_progress_mgr progress_ = {};
  std::jmp_buf jump_ = {};
  std::array<char, JMSG_LENGTH_MAX + 32> message_ = {};
};

}  // namespace

Image decode_jpeg(std::span<const std::byte> file, const ImageLimits& limits) {
  return JpegDecoder(file, limits).decode();
}

}  // namespace fathom
