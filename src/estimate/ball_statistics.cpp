#include "estimate/ball_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimate/half_errors.h"
#include "estimate/neighborhood.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/estimate/mind_ml.h"
#include "fathom/estimate/split_halves.h"
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

void add_angles(NeighborStatistics& found, const Sample& sample, std::size_t k,
                const EstimatorSettings& settings) {
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
    found.direction += angles[i].direction;
    found.concentration += angles[i].concentration;
    points += 1.0;
  }
  found.direction /= points;
  found.concentration /= points;
}

std::vector<double> ratios_of(const LogDistances& distances, std::size_t k) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto logs = distances.row(i);
    if (logs.size() > k) ratios.push_back(std::exp(-log_ratio(logs, 1, k + 1)));
  }
  std::ranges::sort(ratios);
  return ratios;
}

}  // namespace

std::optional<NeighborStatistics> neighbor_statistics(const Sample& sample, std::size_t k,
                                                      NeighborAspect aspect,
                                                      const EstimatorSettings& settings) {
  const std::optional<DimensionEstimate> ml = mind_ml(sample.distances, k, MindVariant::mlk);
  if (!ml) return std::nullopt;
  NeighborStatistics found;
  found.dimension = ml->value;
  if (aspect == NeighborAspect::angles) {
    add_angles(found, sample, k, settings);
  } else {
    found.ratios = ratios_of(sample.distances, k);
  }
  return found;
}

BallStatistics::BallStatistics(std::size_t k, NeighborAspect aspect, const Sample& sample,
                               std::size_t measured, const EstimatorSettings& settings)
    : k_(k),
      aspect_(aspect),
      points_(sample.points()),
      measured_(measured),
      halved_(halves_are_measured(sample, k + 1, settings)),
      settings_(settings) {}

const NeighborStatistics& BallStatistics::of(std::size_t d, SamplePart part, Progress& progress) {
  auto known = made_.find(d);
  if (known == made_.end()) known = made_.emplace(d, make(d, progress)).first;
  return known->second.at(part.number());
}

std::vector<NeighborStatistics> BallStatistics::make(std::size_t d, Progress& progress) const {
  RowMatrix matrix;
  matrix.stored = ball(points_, d, settings_.seed, settings_.threads);
  std::vector<std::uint32_t> rows(points_);
  std::iota(rows.begin(), rows.end(), 0u);
  const auto anchors = static_cast<std::uint32_t>(measured_ < points_ ? measured_ : 0);
  const std::size_t listed = halved_ ? std::min(points_ - 1, neighbors_for_halves(k_ + 1)) : k_ + 1;
  PairScan scan(matrix, rows, {settings_.threads, settings_.simd, settings_.search, listed, anchors});
  NearestNeighbors nearest(scan, listed);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);
  const NeighborTable table = nearest.take_table(scan);
  const LogDistances distances = log_distances(table, settings_.threads);
  const Sample whole{matrix, rows, table, distances};
  std::vector<NeighborStatistics> parts;
  const auto add = [&](const Sample& part) {
    std::optional<NeighborStatistics> found = neighbor_statistics(part, k_, aspect_, settings_);
    FATHOM_CHECK(found.has_value());
    parts.push_back(std::move(*found));
  };
  add(whole);
  for (unsigned split = 0; halved_ && split < kFewSplits; ++split) {
    progress.check();
    for (const auto& half : draw_halves(points_, settings_.seed, split)) {
      add(PartOfSample(whole, half, k_ + 1).sample());
    }
  }
  return parts;
}

}  // namespace fathom
