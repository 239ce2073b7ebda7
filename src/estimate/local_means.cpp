#include "estimate/local_means.h"

#include <cmath>
#include <limits>

#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr std::size_t kChunk = 16;  // points

/// Row by row the values of all variants; NaN where a point has too few neighbours.
std::vector<double> values_at(const LocalMethod& method, const Sample& sample, unsigned threads,
                              Progress& progress) {
  const std::size_t rows = sample.neighbors.rows(), variants = method.variants.size();
  std::vector<double> values(rows * variants, std::numeric_limits<double>::quiet_NaN());
  parallel_for((rows + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
    progress.check();
    const std::size_t end = std::min(rows, (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) {
      if (sample.neighbors.found(i) < method.k) continue;
      method.at(sample, i, std::span(values).subspan(i * variants, variants));
    }
  });
  return values;
}

struct Mean {
  double value = 0.0;
  std::size_t points = 0;
};

Mean mean_of(const std::vector<double>& values, std::size_t variant, std::size_t variants) {
  Mean mean;
  for (std::size_t place = variant; place < values.size(); place += variants) {
    if (!std::isfinite(values[place])) continue;
    mean.value += values[place];
    ++mean.points;
  }
  mean.value /= static_cast<double>(mean.points);
  return mean;
}

}  // namespace

std::vector<DimensionEstimate> local_means(const LocalMethod& method, const Sample& sample,
                                           const EstimatorSettings& settings, Progress& progress) {
  const std::size_t variants = method.variants.size();
  const std::vector<double> values = values_at(method, sample, settings.threads, progress);
  const auto errors = half_errors(
      sample, method.k, variants, settings,
      [&](const Sample& half) {
        const std::vector<double> of_half = values_at(method, half, settings.threads, progress);
        std::vector<std::optional<double>> means(variants);
        for (std::size_t v = 0; v < variants; ++v) {
          const Mean mean = mean_of(of_half, v, variants);
          if (mean.points > 0 && mean.value > 0.0) means[v] = mean.value;
        }
        return means;
      },
      progress);
  std::vector<DimensionEstimate> estimates;
  for (std::size_t v = 0; v < variants; ++v) {
    const Mean mean = mean_of(values, v, variants);
    if (mean.points == 0) continue;
    DimensionEstimate& made = estimates.emplace_back(
        plain_estimate(method.estimator, method.variants[v], mean.value, mean.points, method.k));
    set_uncertainty(made, errors[v], kFewSplits);
    if (!settings.local) continue;
    for (std::size_t place = v; place < values.size(); place += variants) made.local.push_back(values[place]);
  }
  return estimates;
}

}  // namespace fathom
