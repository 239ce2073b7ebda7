// Products of many rows with a fixed set of rows: the matrix product behind projections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom {

/// Right rows packed once, of float32 components.
class FloatProducts {
 public:
  /// Components summed by the kernel in one go, before the sums are added in float64.
  static constexpr std::size_t piece = 128;

  FloatProducts(const kernels::ProductKernel& kernel, std::span<const float* const> right, std::size_t depth,
                unsigned threads = 1);

  /// For each left row, loaded by load(i, row), in any order: use(i, products).
  void each(
      std::size_t left_count, unsigned threads,
      const std::function<void(std::size_t, std::span<float>)>& load,
      const std::function<void(std::size_t, std::span<const float>, std::span<const double>)>& use) const;

 private:
  /// dot[r * stride_ + c] = left[r] * right[c]; dot has stride_ values for every left row, of which whole
  /// kernels::kRowsAtOnce are counted.
  void multiply(std::span<const float* const> left, std::span<double> dot) const;

  const kernels::ProductKernel& kernel_;
  std::size_t depth_, right_count_, stride_;
  std::vector<std::byte> packed_;  ///< piece by piece
};

}  // namespace fathom
