// A brute-force maximum-likelihood estimate of dimension, written apart from the library to judge its
// samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace fathom::testing {

/// n (k - 1) / sum_i sum_{j<k} log(T_k / T_j), with T_j the distance of a point to its j-th neighbour.
inline double maximum_likelihood_dimension(
    std::size_t n, std::size_t k, const std::function<double(std::size_t, std::size_t)>& squared_distance) {
  double sum = 0;
  std::vector<double> row;
  for (std::size_t i = 0; i < n; ++i) {
    row.clear();
    for (std::size_t j = 0; j < n; ++j)
      if (j != i) row.push_back(squared_distance(i, j));
    std::partial_sort(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(k), row.end());
    for (std::size_t j = 0; j + 1 < k; ++j) sum += std::log(row[k - 1] / row[j]) / 2;
  }
  return static_cast<double>(n * (k - 1)) / sum;
}

struct MeanAndDeviation {
  double mean, deviation;
};

inline MeanAndDeviation mean_and_deviation(const std::vector<double>& values) {
  const double n = static_cast<double>(values.size());
  double mean = 0, squared = 0;
  for (const double value : values) mean += value / n;
  for (const double value : values) squared += (value - mean) * (value - mean);
  return {mean, std::sqrt(squared / (n - 1))};
}

template <class T>
double squared_difference(const std::vector<T>& a, const std::vector<T>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum;
}

}  // namespace fathom::testing
