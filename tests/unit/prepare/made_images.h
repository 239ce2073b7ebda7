// Images and data sets made in memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/read/data_set.h"

namespace fathom::made {

template <class T>
constexpr PixelType pixel_type() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return PixelType::uint8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return PixelType::uint16;
  if constexpr (std::is_same_v<T, float>) return PixelType::float32;
  return PixelType::float64;
}

template <class T>
Image image(std::size_t height, std::size_t width, std::size_t channels, const std::vector<T>& values) {
  Image made(height, width, channels, pixel_type<T>());
  FATHOM_CHECK(values.size() == made.size());
  std::copy(values.begin(), values.end(), reinterpret_cast<T*>(made.mutable_bytes().data()));
  return made;
}

/// Pixel (37 y^2 + 101 x + 59 x y + 83 c + 13 + 7 seed) mod 256: structure in every direction, no symmetry.
template <class T = std::uint8_t>
std::vector<T> pattern(std::size_t height, std::size_t width, std::size_t channels, std::size_t seed = 0) {
  std::vector<T> values;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        values.push_back(static_cast<T>((37 * y * y + 101 * x + 59 * x * y + 83 * c + 13 + 7 * seed) % 256));
      }
    }
  }
  return values;
}

inline Image pattern_image(std::size_t height, std::size_t width, std::size_t channels,
                           std::size_t seed = 0) {
  return image(height, width, channels, pattern(height, width, channels, seed));
}

inline Image replicated(const Image& grey) {
  std::vector<std::uint8_t> values;
  for (const std::uint8_t value : grey.pixels<std::uint8_t>()) values.insert(values.end(), 3, value);
  return image(grey.height(), grey.width(), 3, values);
}

/// Hands out what it was given; nothing stands for an image that cannot be decoded.
class Images : public PixelSource {
 public:
  Images(std::vector<std::optional<Image>> images, bool are_vectors)
      : images_(std::move(images)), vectors_(are_vectors) {}
  Image read(std::size_t source) const override {
    if (!images_[source]) throw ImageError("truncated");
    return *images_[source];
  }
  /// By number alone: the images of one test.
  Hash128 identity(std::size_t source) const override { return {0, source}; }
  bool vectors() const override { return vectors_; }

 private:
  std::vector<std::optional<Image>> images_;
  bool vectors_;
};

/// A data set of two classes, cat and dog in turn; image i is called "i.png".
inline DataSet data_set(std::vector<std::optional<Image>> images, bool vectors = false) {
  DataSet data;
  data.name = "set";
  data.path = "some/set";
  data.format = "folder";
  data.label_columns = {{"label", {"cat", "dog"}}};
  for (std::size_t i = 0; i < images.size(); ++i) {
    Record record;
    record.path = std::to_string(i) + ".png";
    record.labels = {static_cast<std::int32_t>(i % 2)};
    record.source = i;
    data.records.push_back(record);
  }
  data.pixels = std::make_shared<Images>(std::move(images), vectors);
  return data;
}

inline std::vector<double> row(const RowMatrix& matrix, std::size_t i) {
  return std::visit(
      [i](const auto& stored) {
        const auto values = stored.row(i);
        return std::vector<double>(values.begin(), values.end());
      },
      matrix.stored);
}

/// Distance of two rows as RowMatrix defines it.
inline double distance(const RowMatrix& matrix, std::size_t i, std::size_t j) {
  std::vector<double> difference = row(matrix, i);
  const std::vector<double> other = row(matrix, j);
  for (std::size_t k = 0; k < difference.size(); ++k) difference[k] -= other[k];
  double sum = 0;
  for (const double value : difference) sum += value * value;
  return matrix.unit * std::sqrt(sum);
}

}  // namespace fathom::made
