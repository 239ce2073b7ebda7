#include "fathom/estimate/geomle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kDrawStream = 0x67656f6d;  // apart from every other use of the seed
constexpr unsigned kSamples = 20;
constexpr std::size_t kFirst = 10, kLast = 40;  // neighbours
constexpr std::size_t kRadii = kLast - kFirst + 1;
/// Neighbours of which 40 are drawn for 99.9 % of the points: each is with probability 1 - 1/e.
constexpr std::size_t kListed = 83;
constexpr double kPenalty = 5e-3;

/// Of every point one bit for each sample that it is in.
std::vector<std::uint32_t> draw(std::size_t points, std::uint64_t seed) {
  std::vector<std::uint32_t> drawn(points, 0);
  for (unsigned sample = 0; sample < kSamples; ++sample) {
    Generator generator = make_generator(seed, (kDrawStream << 32) + sample);
    for (std::size_t i = 0; i < points; ++i) drawn[uniform_below(generator, points)] |= 1u << sample;
  }
  return drawn;
}

/// Of a point, over the samples.
struct Curve {
  std::array<double, kRadii> dimension{}, squares{}, radius{};
  unsigned samples = 0;
};

/// Distances to the neighbours in a sample and their logarithms.
struct Near {
  std::array<double, kLast> logs{}, distances{};
};

void add_sample(const Near& near, Curve& curve) {
  const std::array<double, kLast>& logs = near.logs;
  double below = 0.0;  // sum of log T_j, j < k
  for (std::size_t k = 1; k <= kLast; ++k) {
    if (k >= kFirst) {
      const double sum = static_cast<double>(k - 1) * logs[k - 1] - below;
      const double m = static_cast<double>(k - 2) / sum;
      curve.dimension[k - kFirst] += m;
      curve.squares[k - kFirst] += m * m;
      curve.radius[k - kFirst] += near.distances[k - 1];
    }
    below += logs[k - 1];
  }
  ++curve.samples;
}

Curve curve_of(const Sample& sample, std::size_t row, std::span<const std::uint32_t> drawn) {
  Curve curve;
  // No more than are needed: how many are listed depends on what else is asked for.
  const auto listed = sample.neighbors.index(row);
  const auto index = listed.first(std::min(listed.size(), kListed));
  const auto logs = sample.distances.row(row);
  std::vector<double> distances;
  for (const double log : logs) distances.push_back(std::exp(log));
  Near near;
  for (unsigned b = 0; b < kSamples; ++b) {
    std::size_t found = 0;
    for (std::size_t j = 0; j < index.size() && found < kLast; ++j) {
      if ((drawn[number(index[j])] >> b & 1u) == 0) continue;
      near.logs[found] = logs[j];
      near.distances[found++] = distances[j];
    }
    if (found == kLast && near.logs[0] < near.logs[kFirst - 1]) add_sample(near, curve);
  }
  return curve;
}

/// Weighted sums of products about the weighted means: ridge regression leaves the intercept alone.
double intercept(const Curve& curve, double radius_unit) {
  const auto samples = static_cast<double>(curve.samples);
  std::array<double, kRadii> weight{}, m{}, r{};
  bool weighted = curve.samples > 1;
  for (std::size_t k = 0; k < kRadii; ++k) {
    m[k] = curve.dimension[k] / samples;
    r[k] = curve.radius[k] / samples / radius_unit;
    const double variance = curve.squares[k] / samples - m[k] * m[k];
    weighted = weighted && variance > 0.0;
    weight[k] = 1.0 / std::sqrt(variance);
  }
  if (!weighted) weight.fill(1.0);
  double total = 0.0, mean_m = 0.0, mean_r = 0.0, mean_s = 0.0;
  for (std::size_t k = 0; k < kRadii; ++k) {
    total += weight[k];
    mean_m += weight[k] * m[k];
    mean_r += weight[k] * r[k];
    mean_s += weight[k] * r[k] * r[k];
  }
  mean_m /= total;
  mean_r /= total;
  mean_s /= total;
  double rr = kPenalty, rs = 0.0, ss = kPenalty, rm = 0.0, sm = 0.0;
  for (std::size_t k = 0; k < kRadii; ++k) {
    const double dr = r[k] - mean_r, ds = r[k] * r[k] - mean_s, dm = m[k] - mean_m;
    rr += weight[k] * dr * dr;
    rs += weight[k] * dr * ds;
    ss += weight[k] * ds * ds;
    rm += weight[k] * dr * dm;
    sm += weight[k] * ds * dm;
  }
  const double determinant = rr * ss - rs * rs;
  const double b = (ss * rm - rs * sm) / determinant, c = (rr * sm - rs * rm) / determinant;
  return mean_m - b * mean_r - c * mean_s;
}

/// NaN at a point without neighbours enough.
std::vector<double> values_of(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const std::vector<std::uint32_t> drawn = draw(sample.points(), settings.seed);
  const std::size_t rows = sample.neighbors.rows();
  std::vector<Curve> curves(rows);
  constexpr std::size_t chunk = 64;
  parallel_for((rows + chunk - 1) / chunk, settings.threads, [&](std::size_t c, unsigned) {
    progress.check();
    for (std::size_t i = c * chunk; i < std::min(rows, (c + 1) * chunk); ++i) {
      curves[i] = curve_of(sample, i, drawn);
    }
  });
  double radii = 0.0, count = 0.0;
  for (const Curve& curve : curves) {
    for (const double radius : curve.radius) radii += radius;
    count += static_cast<double>(kRadii * curve.samples);
  }
  std::vector<double> values;
  for (const Curve& curve : curves) {
    values.push_back(curve.samples == 0 ? std::numeric_limits<double>::quiet_NaN()
                                        : intercept(curve, radii / count));
  }
  return values;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const auto mean_of = [](const std::vector<double>& values) -> std::pair<double, std::size_t> {
    double sum = 0.0;
    std::size_t count = 0;
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      sum += value;
      ++count;
    }
    return {sum / static_cast<double>(count), count};
  };
  std::vector<double> values = values_of(sample, settings, progress);
  const auto mean = mean_of(values);
  if (mean.second == 0) return std::vector<DimensionEstimate>{};
  if (!(mean.first > 0.0)) return Refusal{"has a negative mean when continued to radius zero"};
  DimensionEstimate made = plain_estimate("geomle", "intercept", mean.first, mean.second);
  const auto errors = half_errors(
      sample, kListed, 1, settings,
      [&](const Sample& half) -> std::vector<std::optional<double>> {
        const auto of_half = mean_of(values_of(half, settings, progress));
        if (of_half.second == 0 || !(of_half.first > 0.0)) return {std::nullopt};
        return {of_half.first};
      },
      progress);
  set_uncertainty(made, errors[0], kFewSplits);
  if (settings.local) made.local = std::move(values);
  return std::vector{made};
}

}  // namespace

Estimator geomle_estimator() {
  return {.name = "geomle",
          .neighbors = [](const EstimatorSettings&) { return kListed; },
          .from_sample = estimate,
          .looks_at_rows = false};
}

}  // namespace fathom
