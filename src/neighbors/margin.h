// The margins: how far rounding can carry a computed number from the true one. Derived in docs/neighbors.md;
// every other file takes them from here.
#pragma once

#include <cmath>
#include <cstddef>

namespace fathom::margin {

inline constexpr double kFloatUnit = 0x1p-24;   ///< unit roundoff of float32
inline constexpr double kDoubleUnit = 0x1p-53;  ///< unit roundoff of float64
/// Covers terms of second order and the few roundings of a formula itself, which are below 1e-9 relative for
/// every number of components that fits in memory.
inline constexpr double kSafety = 1.0 + 1e-9;
/// Least positive float32: what a component that underflows can lose.
inline constexpr double kFloatTiny = 0x1p-149;

/// Lengths below this are not told from zero: above it, what squares lose to underflow (at most 2^-1074 a
/// component) is within direct_sum(); and components whose squares vanish altogether are together shorter.
inline constexpr double kUnderflow = 0x1p-500;

/// Relative: a squared distance summed in float64 from direct differences, against the true one.
inline double direct_sum(std::size_t components) {
  return 1.1 * (static_cast<double>(components) + 16.0) * kDoubleUnit;
}

/// Of |x|^2 + |y|^2 - 2xy in float64, against the direct difference: this share of |x|^2 + |y|^2. `rounded`:
/// the rows were rounded to float32 first.
inline double norm_form(std::size_t components, bool rounded) {
  const double summation = 4.0 * (static_cast<double>(components) + 16.0) * kDoubleUnit;
  return 1.1 * (summation + (rounded ? 4.1 * kFloatUnit : 0.0));
}

/// The same share, of what sums in float32 over pieces of `piece` components add to it. Products are at most
/// half of |x|^2 + |y|^2 together, and are taken twice.
inline double float_sums(std::size_t piece) {
  return 1.1 * (static_cast<double>(piece) + 1.0) * kFloatUnit;
}

/// The same share, of norms that are rounded to float32, added, and lessened by twice a product there.
inline double float_comparison() {
  return 1.1 * 4.0 * kFloatUnit;
}

/// Norms up to this have products, and sums of products, that are finite in float32.
inline constexpr double kLargestFloatNorm = 1e37;

/// Absolute: length of what is lost when a row of this length is rounded to float32.
inline double row_rounding(double length, std::size_t components) {
  return 1.01 * kFloatUnit * length + std::sqrt(static_cast<double>(components)) * kFloatTiny;
}

/// Absolute: length of the error of a projection of a row of this length on so many nearly orthonormal
/// directions, summed in float32 over pieces of `piece` components and in float64 across them. `defect`
/// bounds | Q Q' - I |.
inline double projection(double length, std::size_t directions, std::size_t components, std::size_t piece,
                         double defect) {
  const double sums = 1.1 * (static_cast<double>(piece) + 1.0) * kFloatUnit +
                      1.1 * (static_cast<double>(components) + 16.0) * kDoubleUnit;
  const double underflow =
      std::sqrt(static_cast<double>(directions)) * static_cast<double>(components) * kFloatTiny;
  return (sums * std::sqrt(static_cast<double>(directions)) * (1.0 + defect) + defect) * length + underflow;
}

/// Absolute: error of the residual's length r = sqrt(|x|^2 - |z|^2), where |z| errs by at most `projected`.
inline double residual(double squared_length, double projected_length, double projected, double residual,
                       std::size_t components) {
  const double squared = (2.0 * projected_length + projected) * projected +
                         1.1 * (static_cast<double>(components) + 16.0) * kDoubleUnit * squared_length;
  const double root = std::sqrt(squared);
  return residual > root ? squared / residual : root;
}

}  // namespace fathom::margin
