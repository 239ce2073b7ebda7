// An oracle that shares nothing with the library: every pair, direct differences in float64 (long double
// sums).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/core/random.h"

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
