// Squared distances, or bounds of them, in as little memory as holds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fathom/core/matrix.h"

namespace fathom {

/// Have no value, and take no memory, until they are set.
class SquaredValues {
 public:
  /// `small`: all are whole numbers below 2^32.
  SquaredValues(std::size_t count, bool small) : whole_(small ? count : 0), wide_(small ? 0 : count) {}

  double operator[](std::size_t at) const {
    return whole_.empty() ? wide_[at] : static_cast<double>(whole_[at]);
  }
  void set(std::size_t at, double value) {
    if (whole_.empty()) {
      wide_[at] = value;
    } else {
      whole_[at] = static_cast<std::uint32_t>(value);
    }
  }
  /// Those before `count` are lost.
  void give_back(std::size_t count) {
    if (whole_.empty()) {
      detail::give_back_values(wide_.data(), count * sizeof(double));
    } else {
      detail::give_back_values(whole_.data(), count * sizeof(std::uint32_t));
    }
  }

 private:
  std::vector<std::uint32_t, detail::UnfilledAllocator<std::uint32_t>> whole_;
  std::vector<double, detail::UnfilledAllocator<double>> wide_;
};

}  // namespace fathom
