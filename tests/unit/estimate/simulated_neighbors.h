// Neighbour distances drawn from the law of a Poisson process, and the values of a statistic of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/estimate/point_statistic.h"

namespace fathom {

/// Independent points with k neighbours: (T_j / T_k)^d, j < k, are k - 1 uniform numbers in order.
inline LogDistances simulated_neighbors(std::size_t points, double d, std::size_t k, std::uint64_t seed) {
  Generator generator = make_generator(seed);
  LogDistances logs(k);
  std::vector<double> row(k);
  for (std::size_t i = 0; i < points; ++i) {
    for (double& value : row) value = std::log(1.0 - uniform_unit(generator)) / d;
    row.back() = 0.0;
    std::ranges::sort(row);
    logs.append(row);
  }
  return logs;
}

inline std::vector<std::optional<double>> values_of(const LogDistances& logs,
                                                    const PointStatistic& statistic) {
  std::vector<double> numbers = numbers_of(logs, statistic);
  return statistic.evaluate(numbers);
}

struct Moments {
  double mean = 0.0, sd = 0.0;
};

inline Moments moments(const std::vector<double>& values) {
  Moments found;
  for (const double value : values) found.mean += value / static_cast<double>(values.size());
  for (const double value : values) found.sd += (value - found.mean) * (value - found.mean);
  found.sd = std::sqrt(found.sd / static_cast<double>(values.size() - 1));
  return found;
}

}  // namespace fathom
