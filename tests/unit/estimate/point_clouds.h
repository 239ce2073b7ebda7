// Points and neighbour tables for tests of estimators.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/estimate/log_distances.h"
#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom {

/// log distances given by hand: rows of T_1, T_2, ...
inline LogDistances from_distances(const std::vector<std::vector<double>>& rows) {
  LogDistances logs(rows.front().size());
  for (const auto& row : rows) {
    std::vector<double> values;
    for (const double distance : row) values.push_back(std::log(distance));
    logs.append(values);
  }
  return logs;
}

/// Uniform on the flat torus [0, 1)^d with periodic distances: no boundary and no curvature. Its points are
/// embedded as circles, scaled so that short distances agree; the neighbours are then found with the periodic
/// metric itself. With `anchors`, the table has the rows of so many points, which are as random as all.
inline NeighborTable flat_torus(std::size_t points, std::size_t dimension, std::size_t k, std::uint64_t seed,
                                std::size_t anchors = 0) {
  Generator generator = make_generator(seed, 77);
  std::vector<double> u(points * dimension);
  for (double& value : u) value = uniform_unit(generator);
  std::vector<std::uint32_t> place(anchors == 0 ? points : anchors);
  std::iota(place.begin(), place.end(), 0u);
  NeighborTable table(points, place, k);
  std::vector<std::pair<double, std::uint32_t>> others(points);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t j = 0; j < points; ++j) {
      double sum = 0.0;
      for (std::size_t c = 0; c < dimension; ++c) {
        double difference = std::abs(u[i * dimension + c] - u[j * dimension + c]);
        difference = std::min(difference, 1.0 - difference);
        sum += difference * difference;
      }
      others[j] = {i == j ? 1e300 : sum, static_cast<std::uint32_t>(j)};
    }
    std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(k), others.end());
    std::vector<SquaredDistance> squared;
    std::vector<ImageIndex> index;
    for (std::size_t j = 0; j < k; ++j) {
      squared.push_back({others[j].first});
      index.push_back(ImageIndex{others[j].second});
    }
    table.set_row(i, squared, index);
  }
  return table;
}

}  // namespace fathom
