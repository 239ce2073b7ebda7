#include "fathom/estimate/fishers.h"

#include <algorithm>
#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "estimate/centered_rows.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "estimate/symmetric_eigen.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr double kCondition = 10.0;
constexpr std::size_t kLevels = 20;  // a = 0.6, 0.62, ..., 0.98
constexpr std::size_t kBlock = 128;  // points; whole panels

using Counts = std::array<std::uint32_t, kLevels>;

constexpr double level(std::size_t index) {
  return static_cast<double>(60 + 2 * index) / 100.0;
}

/// The points in principal components of variance 1, each of length 1, kBlock of them in a pack.
std::vector<PackedVectors> directions(const CenteredRows& rows, const EstimatorSettings& settings,
                                      Progress& progress) {
  const kernels::DoubleKernels& kernels = select_double_kernels(settings.simd);
  SquareMatrix products = rows.products(progress);
  EigenPairs pairs = eigenpairs(products, 1.0 / kCondition, settings.simd, settings.threads, progress);
  const std::size_t kept = pairs.vectors.rows();
  PackedVectors map(kernels);  // of components
  if (rows.products_of_components()) {
    std::vector<const double*> vectors;
    for (std::size_t v = 0; v < kept; ++v) {
      for (double& value : pairs.vectors.row(v)) value /= std::sqrt(pairs.values[v]);
      vectors.push_back(std::as_const(pairs.vectors).row(v).data());
    }
    map.pack_rows(vectors, rows.components());
  }
  std::vector<PackedVectors> blocks((rows.points() + kBlock - 1) / kBlock, PackedVectors(kernels));
  parallel_for(blocks.size(), settings.threads, [&](std::size_t b, unsigned) {
    progress.check();
    const std::size_t first = b * kBlock, count = std::min(kBlock, rows.points() - first);
    const std::size_t stride = std::max(map.padded(), kept);
    std::vector<double> scores(kBlock * stride, 0.0);
    if (rows.products_of_components()) {
      PackedVectors points(kernels);
      rows.pack(first, count, points);
      points.add_products(map, scores.data(), stride, false);
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t v = 0; v < kept; ++v) scores[i * stride + v] = pairs.vectors.row(v)[first + i];
      }
    }
    std::vector<const double*> points;
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<double> point(scores.data() + i * stride, kept);
      const double length = std::sqrt(std::inner_product(point.begin(), point.end(), point.begin(), 0.0));
      for (double& value : point) value = length > 0.0 ? value / length : value;
      points.push_back(point.data());
    }
    blocks[b].pack_rows(points, kept);
  });
  return blocks;
}

/// Adds a pair to the levels that its product is above.
void count_pair(double product, Counts& a, Counts& b) {
  for (std::size_t l = 0; l < kLevels && product > level(l); ++l) {
    ++a[l];
    ++b[l];
  }
}

/// Of each point, for each level: the points that are not separable from it.
std::vector<Counts> inseparable(const std::vector<PackedVectors>& blocks, std::size_t points,
                                unsigned threads, Progress& progress) {
  std::vector<std::vector<Counts>> of_worker(std::max(1u, threads));
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::size_t j = i; j < blocks.size(); ++j) tiles.emplace_back(i, j);
  }
  parallel_for(tiles.size(), threads, [&](std::size_t t, unsigned worker) {
    progress.check();
    std::vector<Counts>& counts = of_worker[worker];
    if (counts.empty()) counts.resize(points, Counts{});
    const auto [i, j] = tiles[t];
    std::array<double, kBlock * kBlock> products{};
    blocks[i].add_products(blocks[j], products.data(), kBlock, i == j);
    for (std::size_t a = 0; a < blocks[i].count(); ++a) {
      const double* const row = products.data() + a * kBlock;
      for (std::size_t b = i == j ? a + 1 : 0; b < blocks[j].count(); ++b) {
        if (row[b] > level(0)) count_pair(row[b], counts[i * kBlock + a], counts[j * kBlock + b]);
      }
    }
  });
  std::vector<Counts> counts(points, Counts{});
  for (const std::vector<Counts>& some : of_worker) {
    for (std::size_t i = 0; i < some.size(); ++i) {
      for (std::size_t l = 0; l < kLevels; ++l) counts[i][l] += some[i][l];
    }
  }
  return counts;
}

double share(const std::vector<Counts>& counts, std::size_t l) {
  double sum = 0.0;
  for (const Counts& count : counts) sum += count[l];
  const auto n = static_cast<double>(counts.size());
  return sum / (n * (n - 1.0));
}

/// The level whose value is taken; nothing where no pair is inseparable at any.
std::optional<std::size_t> chosen_level(const std::vector<Counts>& counts) {
  std::size_t levels = 0;
  while (levels < kLevels && share(counts, levels) > 0.0) ++levels;
  if (levels == 0) return std::nullopt;
  const double wanted = 0.9 * level(levels - 1);
  std::size_t best = 0;
  for (std::size_t l = 1; l < levels; ++l) {
    if (std::abs(level(l) - wanted) < std::abs(level(best) - wanted)) best = l;
  }
  return best;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const CenteredRows rows(sample, settings);
  const std::vector<Counts> counts =
      inseparable(directions(rows, settings, progress), rows.points(), settings.threads, progress);
  const auto n = static_cast<double>(rows.points());
  const double largest = fishers_dimension(2.0 / (n * (n - 1.0)), level(0));
  const std::optional<std::size_t> chosen = chosen_level(counts);
  if (!chosen) {
    return Refusal{"finds all pairs of " + std::to_string(rows.points()) +
                   " points separable, so the dimension is beyond about " +
                   std::to_string(static_cast<int>(largest)) + ", all that they can tell"};
  }
  const double a = level(*chosen), p = share(counts, *chosen);
  DimensionEstimate made = plain_estimate("fishers", "condition_10", fishers_dimension(p, a), rows.points());
  double squares = 0.0;
  for (const Counts& count : counts) {
    const double own = static_cast<double>(count[*chosen]) / (n - 1.0);
    squares += (own - p) * (own - p);
    if (!settings.local) continue;
    made.local.push_back(own > 0.0 ? fishers_dimension(own, a) : std::numeric_limits<double>::quiet_NaN());
  }
  if (made.local.size() != sample.neighbors.rows()) made.local.clear();  // those of some random points
  const double pair_noise = 2.0 * p * (1.0 - p) / (n * n);
  const double error_of_p = std::sqrt(std::max(0.0, 4.0 * squares / (n - 1.0) / n - pair_noise));
  const double slope =
      (fishers_dimension(p * 1.001, a) - fishers_dimension(p / 1.001, a)) / (2.0 * std::log(1.001));
  made.analytic = normal_uncertainty(made.value, std::abs(slope) * error_of_p / p);
  made.largest = largest;
  set_uncertainty(made, {}, 0);
  return std::vector{made};
}

}  // namespace

double fishers_dimension(double p, double a) {
  const double rest = 1.0 - a * a, w = -std::log(rest);
  const double argument = w / (boost::math::constants::two_pi<double>() * p * p * a * a * rest);
  return boost::math::lambert_w0(argument) / w;
}

Estimator fishers_estimator() {
  return {.name = "fishers",
          .neighbors = [](const EstimatorSettings&) { return std::size_t{0}; },
          .from_sample = estimate};
}

}  // namespace fathom
