#include "prepare/enlarging_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/prepare/resize.h"

namespace fathom {

std::optional<EnlargingMap::Bidiagonal> EnlargingMap::decompose(std::size_t input, std::size_t output) {
  if (output < input) return std::nullopt;
  const BilinearAxis axis(input, output);
  std::vector<double> own(input, 0.0), next(input, 0.0);  // G[i][i] and G[i + 1][i]
  for (std::size_t d = 0; d < output; ++d) {
    const double weight = static_cast<double>(axis.weight[d]);
    const double rest = static_cast<double>(1.0f - axis.weight[d]);
    if (axis.first[d] == axis.second[d]) {
      own[axis.first[d]] += (rest + weight) * (rest + weight);
    } else {
      own[axis.first[d]] += rest * rest;
      own[axis.second[d]] += weight * weight;
      next[axis.first[d]] += rest * weight;
    }
  }
  Bidiagonal factor;
  double carried = 0.0;
  for (std::size_t i = 0; i < input; ++i) {
    const double pivot = own[i] - carried * carried;
    if (!(pivot > 1e-9 * own[i])) return std::nullopt;
    factor.diagonal.push_back(std::sqrt(pivot));
    factor.below.push_back(next[i] / factor.diagonal[i]);
    carried = factor.below[i];
  }
  return factor;
}

EnlargingMap::EnlargingMap(ImageSize from, std::size_t channels, Bidiagonal down, const Bidiagonal& across)
    : height_(from.height), width_(from.width * channels), channels_(channels), down_(std::move(down)) {
  for (std::size_t x = 0; x < from.width; ++x) {
    across_.diagonal.insert(across_.diagonal.end(), channels, across.diagonal[x]);
    across_.below.insert(across_.below.end(), channels, across.below[x]);
  }
}

std::optional<EnlargingMap> EnlargingMap::between(ImageSize from, std::size_t channels, ImageSize to) {
  std::optional<Bidiagonal> down = decompose(from.height, to.height);
  const std::optional<Bidiagonal> across = decompose(from.width, to.width);
  if (!down || !across) return std::nullopt;
  return EnlargingMap(from, channels, std::move(*down), *across);
}

// Loops over one pixel row at a time, each over contiguous values, so that the compiler vectorises them.
void EnlargingMap::apply(std::span<const std::uint8_t> image, std::span<float> row) const {
  FATHOM_CHECK(image.size() == size() && row.size() == size());
  std::vector<double> own(width_), next(width_);
  std::vector<double> mixed(width_ + channels_, 0.0);  // zero beyond the right edge
  std::copy_n(image.begin(), width_, next.begin());
  for (std::size_t y = 0; y < height_; ++y) {
    std::swap(own, next);
    const std::uint8_t* lower = image.data() + std::min(y + 1, height_ - 1) * width_;
    for (std::size_t i = 0; i < width_; ++i) next[i] = lower[i];
    const double keep = down_.diagonal[y], take = down_.below[y];
    for (std::size_t i = 0; i < width_; ++i) mixed[i] = keep * own[i] + take * next[i];
    float* target = row.data() + y * width_;
    const double* right = mixed.data() + channels_;
    for (std::size_t i = 0; i < width_; ++i) {
      target[i] = static_cast<float>(across_.diagonal[i] * mixed[i] + across_.below[i] * right[i]);
    }
  }
}

}  // namespace fathom
