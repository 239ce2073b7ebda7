// The bound: what the distance of two rows' codes says about the distance of the rows.
//
// A row x has a code q of 8-bit numbers and an error e with | phi(x) - scale q | <= e, where phi never makes
// a distance larger: | phi(x) - phi(y) | <= |x - y|. Then, by the triangle inequality,
//   |x - y| >= scale |q_x - q_y| - (e_x + e_y),
// and where phi is the identity, with f the same for what codes cannot reach,
//   |x - y| <= scale |q_x - q_y| + (f_x + f_y).
// Squared distances here are as PairScan::exact() computes them; `direct` is its relative margin. The three
// functions round to the safe side. docs/neighbors.md has the proof, codes.h the choices of phi.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "neighbors/margin.h"

namespace fathom::bound {

/// A squared distance is at least this. `error` is e_x + e_y.
inline double lower(std::uint64_t squared_code, double scale, double error, double direct) {
  const double distance = scale * std::sqrt(static_cast<double>(squared_code)) - error * margin::kSafety;
  return distance <= margin::kUnderflow ? 0.0
                                        : distance * distance * (1.0 - direct) * (2.0 - margin::kSafety);
}

/// A squared distance is at most this. `errors` is e_x + e_y + f_x + f_y.
inline double upper(double lower, double errors, double direct) {
  const double distance =
      std::sqrt(lower) * (1.0 + direct) * margin::kSafety + errors * margin::kSafety + margin::kUnderflow;
  return distance * distance * (1.0 + direct) * margin::kSafety;
}

/// Codes farther apart than this have lower() above `squared`. `error` is at least e_x + e_y.
inline std::uint32_t limit(double squared, double scale, double error, double direct) {
  const double length =
      std::sqrt(squared) * (1.0 + direct) * margin::kSafety + error * margin::kSafety + margin::kUnderflow;
  const double distance = length * margin::kSafety / scale;
  const double code = distance * distance * margin::kSafety + 1.0;
  constexpr double largest = std::numeric_limits<std::uint32_t>::max();
  return code < largest ? static_cast<std::uint32_t>(code) : std::numeric_limits<std::uint32_t>::max();
}

}  // namespace fathom::bound
