#include "estimate/ball_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimate/neighborhood.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/estimate/mind_ml.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

namespace {

constexpr std::uint64_t kBallStream = 0x73706865;  // apart from every other use of the seed
constexpr std::size_t kChunk = 64;                 // points

constexpr double kLongest = 0.99;  // mean resultant length; at 1 the concentration is infinite

struct VonMises {
  double direction = 0.0, concentration = 0.0;
};

/// The concentration whose mean resultant length is this; Mardia and Jupp, Directional Statistics (2000),
/// section 5.3.1.
double concentration_of(double length) {
  const double square = length * length;
  if (length < 0.53) return length * (2.0 + square + 5.0 * square * square / 6.0);
  if (length < 0.85) return -0.4 + 1.39 * length + 0.43 / (1.0 - length);
  return 1.0 / (length * (square - 4.0 * length + 3.0));
}

/// Of the angles between the neighbours of a point.
VonMises angles_of(const Neighborhood& near) {
  std::vector<double> lengths;
  for (std::size_t i = 0; i < near.size(); ++i) lengths.push_back(std::sqrt(near.product(i, i)));
  double cosines = 0.0, sines = 0.0, count = 0.0;
  for (std::size_t i = 0; i < near.size(); ++i) {
    for (std::size_t j = i + 1; j < near.size(); ++j) {
      const double cosine = std::clamp(near.product(i, j) / (lengths[i] * lengths[j]), -1.0, 1.0);
      cosines += cosine;
      sines += std::sqrt(1.0 - cosine * cosine);
      count += 1.0;
    }
  }
  const double length = std::min(kLongest, std::hypot(sines, cosines) / count);
  return {std::atan2(sines, cosines), concentration_of(length)};
}

/// Uniform in the unit ball of dimension d.
Matrix<double> ball(std::size_t points, std::size_t d, std::uint64_t seed, unsigned threads) {
  Matrix<double> matrix(points, d);
  parallel_for((points + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
    Generator generator = make_generator(seed, (kBallStream << 32) + (d << 20) + chunk);
    for (std::size_t i = chunk * kChunk; i < std::min(points, (chunk + 1) * kChunk); ++i) {
      double norm = 0.0;
      for (double& value : matrix.row(i)) {
        value = standard_normal(generator);
        norm += value * value;
      }
      const double radius = std::pow(1.0 - uniform_unit(generator), 1.0 / static_cast<double>(d));
      for (double& value : matrix.row(i)) value *= radius / std::sqrt(norm);
    }
  });
  return matrix;
}

}  // namespace

std::optional<NeighborStatistics> neighbor_statistics(const Sample& sample, std::size_t k,
                                                      const EstimatorSettings& settings) {
  const std::optional<DimensionEstimate> ml = mind_ml(sample.distances, k, MindVariant::mlk);
  if (!ml) return std::nullopt;
  NeighborStatistics found;
  found.dimension = ml->value;
  const std::size_t rows = sample.neighbors.rows();
  std::vector<VonMises> angles(rows);
  std::vector<std::uint32_t> nearest(k);
  std::iota(nearest.begin(), nearest.end(), 0u);
  parallel_for((rows + kChunk - 1) / kChunk, settings.threads, [&](std::size_t chunk, unsigned) {
    NeighborhoodProducts products(sample, settings.simd);
    for (std::size_t i = chunk * kChunk; i < std::min(rows, (chunk + 1) * kChunk); ++i) {
      if (sample.neighbors.found(i) <= k) continue;
      products.take(i, k);
      angles[i] = angles_of(products.neighborhood(nearest));
    }
  });
  double points = 0.0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (sample.neighbors.found(i) <= k) continue;
    const auto logs = sample.distances.row(i);
    found.ratios.push_back(std::exp(-log_ratio(logs, 1, k + 1)));
    found.direction += angles[i].direction;
    found.concentration += angles[i].concentration;
    points += 1.0;
  }
  found.direction /= points;
  found.concentration /= points;
  std::ranges::sort(found.ratios);
  return found;
}

const NeighborStatistics& BallStatistics::of(std::size_t points, std::size_t d, Progress& progress) {
  const auto known = made_.find({points, d});
  if (known != made_.end()) return known->second;
  RowMatrix matrix;
  matrix.stored = ball(points, d, settings_.seed, settings_.threads);
  std::vector<std::uint32_t> rows(points);
  std::iota(rows.begin(), rows.end(), 0u);
  const auto anchors = static_cast<std::uint32_t>(measured_ < points ? measured_ : 0);
  PairScan scan(matrix, rows, {settings_.threads, settings_.simd, settings_.search, k_ + 1, anchors});
  NearestNeighbors nearest(scan, k_ + 1);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);
  const NeighborTable table = nearest.take_table(scan);
  const LogDistances distances = log_distances(table, settings_.threads);
  std::optional<NeighborStatistics> found =
      neighbor_statistics({matrix, rows, table, distances}, k_, settings_);
  FATHOM_CHECK(found.has_value());
  return made_.emplace(std::pair(points, d), std::move(*found)).first->second;
}

}  // namespace fathom
