#include "read/dicom/segmented_table.h"

#include <algorithm>
#include <cmath>

#include "fathom/read/image_file.h"

namespace fathom {

namespace {

class Expansion {
 public:
  Expansion(std::span<const std::uint16_t> data, SegmentWidth width, std::size_t most)
      : data_(data), width_(width), most_(most) {}

  std::vector<std::uint16_t> run() {
    // One number left over fills the last word.
    for (std::size_t at = 0; at + 1 < data_.size() && entries_.size() < most_;) at = expand(at, true);
    return std::move(entries_);
  }

 private:
  enum Kind { discrete = 0, linear = 1, indirect = 2 };

  /// The segment at `at`. Where the next one begins.
  std::size_t expand(std::size_t at, bool may_lead_elsewhere) {
    const std::size_t length = number(at + 1);
    switch (number(at)) {
      case discrete:
        for (std::size_t i = 0; i < length; ++i) append(number(at + 2 + i));
        return at + 2 + length;
      case linear:
        append_line(length, number(at + 2));
        return at + 3;
      case indirect:
        if (!may_lead_elsewhere || entries_.empty()) damaged();
        repeat(length, target(at + 2));
        return at + (width_ == SegmentWidth::bytes ? 6 : 4);
      default:
        damaged();
    }
  }

  void append_line(std::size_t length, std::uint16_t last) {
    if (entries_.empty()) damaged();
    const double from = entries_.back(), step = (last - from) / static_cast<double>(length);
    for (std::size_t i = 1; i <= length; ++i) {
      append(static_cast<std::uint16_t>(std::nearbyint(from + step * static_cast<double>(i))));
    }
  }

  void repeat(std::size_t segments, std::size_t at) {
    for (std::size_t i = 0; i < segments && entries_.size() < most_; ++i) at = expand(at, false);
  }

  /// Of an offset in bytes, the lower word first.
  std::size_t target(std::size_t at) const {
    if (width_ == SegmentWidth::bytes) {
      return number(at) | std::size_t{number(at + 1)} << 8 | std::size_t{number(at + 2)} << 16 |
             std::size_t{number(at + 3)} << 24;
    }
    return (number(at) | std::size_t{number(at + 1)} << 16) / 2;
  }

  std::uint16_t number(std::size_t at) const {
    if (at >= data_.size()) damaged();
    return data_[at];
  }

  void append(std::uint16_t entry) {
    if (entries_.size() < most_) entries_.push_back(entry);
  }

  [[noreturn]] static void damaged() { throw ImageError("its segmented palette is damaged"); }

  std::span<const std::uint16_t> data_;
  SegmentWidth width_;
  std::size_t most_;
  std::vector<std::uint16_t> entries_;
};

}  // namespace

std::vector<std::uint16_t> expand_segments(std::span<const std::uint16_t> data, SegmentWidth width,
                                           std::size_t most) {
  return Expansion(data, width, most).run();
}

}  // namespace fathom
