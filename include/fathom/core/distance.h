// Distances and squared distances are different types: a confusion of the two is a factor two in dimension.
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>

namespace fathom {

/// Square of a Euclidean distance, in squared pixel units. Of 8-bit rows it is an exact integer.
struct SquaredDistance {
  double value;
  friend auto operator<=>(const SquaredDistance&, const SquaredDistance&) = default;
};

/// Euclidean distance, in pixel units.
struct Distance {
  double value;
  friend auto operator<=>(const Distance&, const Distance&) = default;
};

inline Distance root(SquaredDistance squared) {
  return {std::sqrt(squared.value)};
}

/// Row of a prepared matrix. Rows are images, in the order in which they were read.
enum class ImageIndex : std::uint32_t {};

constexpr std::uint32_t number(ImageIndex index) {
  return static_cast<std::uint32_t>(index);
}

}  // namespace fathom
