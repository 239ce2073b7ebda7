// What docs/estimators.md says of abide, hidalgo and mle_noise, on data whose dimension is known: p-values
// and coverage where the law holds, two manifolds apart from each other, noise of known size.
#include <cmath>
#include <cstdio>
#include <numbers>
#include <numeric>
#include <variant>

#include "fathom/core/parallel.h"
#include "fathom/estimate/abide.h"
#include "fathom/estimate/binomial.h"
#include "fathom/estimate/estimators.h"
#include "fathom/neighbors/search_mode.h"
#include "unit/estimate/point_clouds.h"

namespace {

using namespace fathom;

constexpr int kSeeds = 40;
constexpr std::size_t kTorusPoints = 800, kListed = 250, kPoints = 2500;

EstimatorSettings settings() {
  EstimatorSettings made;
  made.threads = available_threads();
  made.simd = best_simd_level();
  return made;
}

/// On flat tori, where the density is constant.
void validate(const Estimator& estimator, std::size_t dimension) {
  int below = 0, covered = 0;
  double mean = 0.0, k_star = 0.0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const NeighborTable table = flat_torus(kTorusPoints, dimension, kListed, 100 + seed);
    const LogDistances logs = log_distances(table);
    std::vector<std::uint32_t> rows(kTorusPoints);
    std::iota(rows.begin(), rows.end(), 0u);
    const RowMatrix none;
    const EstimateResult result = estimator.from_sample({none, rows, table, logs}, settings(), no_progress());
    const DimensionEstimate& made = std::get<std::vector<DimensionEstimate>>(result).front();
    const auto truth = static_cast<double>(dimension);
    below += *made.p_value < 0.05 ? 1 : 0;
    covered += made.uncertainty->interval.low < truth && truth < made.uncertainty->interval.high ? 1 : 0;
    mean += made.value / kSeeds;
    k_star += made.k_star ? made.k_star->mean / kSeeds : 20.0 / kSeeds;
  }
  std::printf("| %s | %zu | %.3f | %.1f | %d of %d | %d of %d |\n", estimator.name.c_str(), dimension, mean,
              k_star, below, kSeeds, covered, kSeeds);
}

void add_torus(Matrix<double>& points, std::size_t first, std::size_t count, std::size_t dimension,
               double offset, Generator& generator) {
  for (std::size_t i = first; i < first + count; ++i) {
    for (double& value : points.row(i)) value = offset;
    for (std::size_t c = 0; c < dimension; ++c) {
      const double angle = 2.0 * std::numbers::pi * uniform_unit(generator);
      points.row(i)[2 * c] += std::cos(angle);
      points.row(i)[2 * c + 1] += std::sin(angle);
    }
  }
}

DimensionEstimates estimates(Matrix<double> points, std::vector<std::string> names,
                             const EstimatorSettings& chosen) {
  RowMatrix rows;
  rows.stored = std::move(points);
  return estimate_dimension(rows, names, chosen);
}

void mix() {
  Generator generator = make_generator(1);
  Matrix<double> points(kPoints, 16);
  add_torus(points, 0, 1500, 2, 0.0, generator);
  add_torus(points, 1500, 1000, 8, 5.0, generator);
  const DimensionEstimates found = estimates(points, {"twonn", "hidalgo"}, settings());
  std::printf("\nTwoNN %.2f, hidalgo %.2f:", found.estimates.front().value, found.estimates.back().value);
  for (const DimensionComponent& one : found.estimates.back().components) {
    std::printf(" %.1f %% of %.2f +- %.2f", 100.0 * one.weight, one.value, one.std_error);
  }
  std::printf("\n\n| noise | told | mle pooled | mle_noise |\n| --- | --- | --- | --- |\n");
}

void add_noise(double noise, double told) {
  Generator generator = make_generator(2);
  Matrix<double> points(kPoints, 30);
  for (std::size_t i = 0; i < kPoints; ++i) {
    for (std::size_t c = 0; c < 4; ++c) points.row(i)[c] = uniform_unit(generator);
  }
  for (std::size_t i = 0; i < kPoints; ++i) {
    for (double& value : points.row(i)) value += noise * standard_normal(generator);
  }
  EstimatorSettings chosen = settings();
  if (told > 0.0) chosen.noise_std = told;
  const DimensionEstimates found = estimates(points, {"mle", "mle_noise"}, chosen);
  std::printf("| %g | %g | %.2f | ", noise, told, found.estimates.front().value);
  if (told > 0.0) {
    std::printf("%.2f |\n", found.estimates.back().value);
  } else {
    std::printf("- |\n");
  }
}

}  // namespace

int main() {
  std::printf("| estimate | d | mean | neighbours | p < 0.05 | interval holds d |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  for (const std::size_t dimension : {2u, 5u}) {
    validate(abide_estimator(), dimension);
    validate(binomial_estimator(), dimension);
  }
  mix();
  add_noise(0.0, 0.0);
  for (const double noise : {0.01, 0.03, 0.06}) add_noise(noise, noise);
  add_noise(0.03, 0.015);
}
