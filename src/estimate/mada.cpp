#include "fathom/estimate/mada.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr const char* kVariants[] = {"pooled", "as_published"};

std::size_t half_of(std::size_t k) {
  return (k + 1) / 2;
}

/// Of d r in a Poisson process.
struct Law {
  double mean = 0.0, variance = 0.0;

  explicit Law(std::size_t k) {
    for (std::size_t j = half_of(k); j < k; ++j) {
      mean += 1.0 / static_cast<double>(j);
      variance += 1.0 / static_cast<double>(j * j);
    }
  }
};

std::vector<std::optional<double>> values_of(std::span<const double> ratios, std::size_t k) {
  const auto n = static_cast<double>(ratios.size());
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  double inverse = 0.0;
  for (const double r : ratios) inverse += 1.0 / r;
  const double pooled = n * Law(k).mean / sum, published = std::numbers::ln2 * inverse / n;
  return {std::isfinite(pooled) ? std::optional(pooled) : std::nullopt,
          std::isfinite(published) ? std::optional(published) : std::nullopt};
}

std::optional<DimensionEstimate> estimate(const LogDistances& distances, std::size_t k, std::size_t variant) {
  const std::vector<double> ratios = numbers_of(distances, mada_statistic(k));
  const std::optional<double> value = values_of(ratios, k)[variant];
  if (!value) return std::nullopt;
  DimensionEstimate made = plain_estimate("mada", kVariants[variant], *value, ratios.size(), k);
  if (variant == 0) {
    const Law law(k);
    const double error = *value * std::sqrt(law.variance / static_cast<double>(ratios.size())) / law.mean;
    made.analytic = normal_uncertainty(*value, error);
  }
  return made;
}

}  // namespace

PointStatistic mada_statistic(std::size_t k) {
  FATHOM_CHECK(k >= 2);
  return {k, [k](std::span<const double> logs) { return log_ratio(logs, half_of(k), k); },
          std::size(kVariants), [k](std::span<double> ratios) { return values_of(ratios, k); }};
}

Estimator mada_estimator() {
  return {.name = "mada",
          .neighbors = [](const EstimatorSettings& settings) { return settings.k; },
          .from_distances =
              [](const EstimatorSettings& settings, std::size_t) {
                const std::size_t k = settings.k;
                StatisticEstimates estimates{mada_statistic(k), {}};
                for (std::size_t variant = 0; variant < std::size(kVariants); ++variant) {
                  estimates.make.emplace_back(
                      [k, variant](const LogDistances& d) { return estimate(d, k, variant); });
                }
                estimates.local = [](double r) { return std::numbers::ln2 / r; };
                return std::vector{estimates};
              }};
}

}  // namespace fathom
