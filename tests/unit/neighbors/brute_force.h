// An oracle that shares nothing with the library: every pair, direct differences in float64 (long double
// sums).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/core/random.h"
#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom::oracle {

inline std::vector<double> values_of(const RowMatrix& matrix, std::uint32_t row) {
  return std::visit(
      [&](const auto& stored) {
        const auto span = stored.row(row);
        return std::vector<double>(span.begin(), span.end());
      },
      matrix.stored);
}

inline double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
  long double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const long double difference = static_cast<long double>(a[k]) - static_cast<long double>(b[k]);
    sum += difference * difference;
  }
  return static_cast<double>(sum);
}

using Neighbor = std::pair<double, std::uint32_t>;  // squared distance, row

/// Neighbours of every row among `rows`, nearest first, ties by index.
inline std::vector<std::vector<Neighbor>> neighbors(const RowMatrix& matrix,
                                                    const std::vector<std::uint32_t>& rows, std::size_t k,
                                                    const std::vector<std::uint32_t>& group = {}) {
  std::vector<std::vector<double>> values;
  for (const std::uint32_t row : rows) values.push_back(values_of(matrix, row));
  std::vector<std::vector<Neighbor>> result(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows.size(); ++j) {
      if (i == j || (!group.empty() && group[rows[i]] == group[rows[j]])) continue;
      result[i].emplace_back(squared_distance(values[i], values[j]), rows[j]);
    }
    std::sort(result[i].begin(), result[i].end());
    result[i].resize(std::min(k, result[i].size()));
  }
  return result;
}

/// The distance that docs/neighbors.md defines, to the bit: 16 partial sums in float64, component k in number
/// k mod 16, added as a tree.
inline double defined_squared_distance(std::span<const double> a, std::span<const double> b) {
  std::array<double, 16> partial{};
  std::size_t k = 0;
  for (; k + 16 <= a.size(); k += 16) {
    for (std::size_t i = 0; i < 16; ++i) {
      const double difference = a[k + i] - b[k + i];
      partial[i] += difference * difference;
    }
  }
  for (; k < a.size(); ++k) {
    const double difference = a[k] - b[k];
    partial[k % 16] += difference * difference;
  }
  for (const std::size_t width : {8, 4, 2, 1}) {
    for (std::size_t i = 0; i < width; ++i) partial[i] += partial[i + width];
  }
  return partial[0];
}

/// Largest relative error of the defined distance: a component passes one subtraction (which counts twice in
/// its square), one product, and at most ceil(D / 16) - 1 + 4 additions, all of terms that are not negative.
inline double defined_relative_error(std::size_t cols) {
  const double roundings = static_cast<double>((cols + 15) / 16) + 6.0;
  return 1.01 * roundings * 0x1p-53;
}

/// Sum of squared differences of bytes, in integers.
inline std::uint64_t squared_distance(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  std::uint64_t sum = 0;
  constexpr std::size_t chunk = 32768;  // 255^2 times as many fit 32 bits, which the compiler vectorises
  for (std::size_t start = 0; start < a.size(); start += chunk) {
    std::uint32_t part = 0;
    for (std::size_t k = start; k < std::min(a.size(), start + chunk); ++k) {
      const int difference = int{a[k]} - int{b[k]};
      part += static_cast<std::uint32_t>(difference * difference);
    }
    sum += part;
  }
  return sum;
}

/// Squared distances of the rows of one matrix, in its stored units, as the library must give them.
class Distances {
 public:
  explicit Distances(const RowMatrix& matrix) {
    if (matrix.exact_integers()) {
      bytes_ = &std::get<Matrix<std::uint8_t>>(matrix.stored);
      return;
    }
    for (std::uint32_t row = 0; row < matrix.rows(); ++row) values_.push_back(values_of(matrix, row));
  }

  double operator()(std::uint32_t a, std::uint32_t b) const {
    if (bytes_ != nullptr) return static_cast<double>(squared_distance(bytes_->row(a), bytes_->row(b)));
    return defined_squared_distance(values_[a], values_[b]);
  }

 private:
  const Matrix<std::uint8_t>* bytes_ = nullptr;
  std::vector<std::vector<double>> values_;
};

/// The k nearest of row `query` among `rows` (ascending), nearest first, ties by index: pairs of squared
/// distance and place in `rows`.
inline std::vector<Neighbor> nearest(const Distances& distances, std::uint32_t query,
                                     std::span<const std::uint32_t> rows, std::size_t k,
                                     std::span<const std::uint32_t> group = {}) {
  std::vector<Neighbor> found;
  found.reserve(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == query || (!group.empty() && group[rows[i]] == group[query])) continue;
    found.emplace_back(distances(query, rows[i]), i);
  }
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(std::min(k, found.size()));
  std::partial_sort(found.begin(), last, found.end());
  found.erase(last, found.end());
  return found;
}

/// How row `i` of a table differs from what is expected of it, to the bit; nothing when it does not.
inline std::optional<std::string> difference(const NeighborTable& table, std::size_t i,
                                             const std::vector<Neighbor>& expected) {
  const std::string row = "row " + std::to_string(i);
  if (table.found(i) != expected.size()) {
    return row + " has " + std::to_string(table.found(i)) + " neighbours, not " +
           std::to_string(expected.size());
  }
  for (std::size_t j = 0; j < expected.size(); ++j) {
    const auto [squared, neighbor] = expected[j];
    const double ours = table.squared(i)[j].value;
    if (std::bit_cast<std::uint64_t>(ours) == std::bit_cast<std::uint64_t>(squared) &&
        number(table.index(i)[j]) == neighbor) {
      continue;
    }
    char text[200];
    std::snprintf(text, sizeof text,
                  ", neighbour %zu of %zu: row %u at squared distance %a, not row %u at %a", j + 1,
                  expected.size(), number(table.index(i)[j]), ours, neighbor, squared);
    return row + text;
  }
  return std::nullopt;
}

template <class T>
RowMatrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed, double spread,
                        double offset) {
  Generator generator = make_generator(seed);
  Matrix<T> matrix(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (T& value : matrix.row(i)) value = static_cast<T>(offset + spread * uniform_unit(generator));
  }
  RowMatrix result;
  result.stored = std::move(matrix);
  return result;
}

}  // namespace fathom::oracle
