// Rows of prepared data as the input of a network: planes of pixels in the range of the protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fathom/prepare/prepare.h"

namespace fathom {

/// Writes single images as channels x height x width float32 values, resized where the rows are not.
/// Several threads may do so at once. The data must outlive it.
class ImagePlanes {
 public:
  /// Throws UsageError when the rows are vectors. The data must have been prepared with keep_pixels.
  explicit ImagePlanes(const PreparedData& data);

  std::size_t channels() const { return data_.channels; }
  ImageSize size() const { return *data_.size; }
  /// channels x height x width.
  std::size_t values() const { return channels() * size().height * size().width; }

  /// planes: values().
  void write(std::uint32_t row, std::span<float> planes) const;

 private:
  template <class T>
  void write_pixels(std::span<const T> pixels, std::span<float> planes) const;

  const PreparedData& data_;
};

}  // namespace fathom
