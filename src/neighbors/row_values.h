// Rows of any type as numbers.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/core/matrix.h"

namespace fathom {

inline constexpr double kLargestMagnitude = 1e30;

/// row(values) for the row as it is stored.
template <class Use>
decltype(auto) with_row(const RowMatrix& matrix, std::size_t row, Use use) {
  return std::visit([&](const auto& stored) -> decltype(auto) { return use(stored.row(row)); },
                    matrix.stored);
}

/// The row less `centre`, rounded to float32.
inline void load_centred(const RowMatrix& matrix, std::size_t row, std::span<const float> centre,
                         std::span<float> out) {
  with_row(matrix, row, [&]<class T>(std::span<const T> values) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      if constexpr (std::is_same_v<T, double>) {
        out[k] = static_cast<float>(values[k] - static_cast<double>(centre[k]));
      } else {
        out[k] = static_cast<float>(values[k]) - centre[k];
      }
    }
  });
}

/// Throws InputError for a value that is not finite or beyond 1e30 in magnitude.
template <class T>
void check_magnitudes(std::span<const T> values, std::size_t row) {
  if constexpr (std::is_floating_point_v<T>) {
    bool all = true;
    for (const T value : values) all &= std::abs(value) <= static_cast<T>(kLargestMagnitude);
    if (all) return;
    for (const T value : values) {
      if (std::abs(value) <= static_cast<T>(kLargestMagnitude)) continue;
      const bool finite = std::isfinite(value);
      throw InputError("row " + std::to_string(row),
                       finite ? "holds a value beyond 1e30 in magnitude" : "holds a value that is not finite",
                       finite ? "rescale the data" : "remove or replace NaN and infinite values");
    }
  }
}

}  // namespace fathom
