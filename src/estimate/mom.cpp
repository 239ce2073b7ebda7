#include "fathom/estimate/mom.h"

#include <cmath>

#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::size_t kNeighbors = 100;
constexpr const char* kVariants[] = {"pooled", "mean", "as_published"};

double mean_ratio(std::span<const double> logs, std::size_t k) {
  double sum = 0.0;
  for (std::size_t j = 0; j + 1 < k; ++j) sum += std::exp(logs[j] - logs[k - 1]);
  return sum / static_cast<double>(k - 1);
}

std::optional<double> finite(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::optional<double>> values_of(std::span<const double> ratios, std::size_t k) {
  double sum = 0.0, dimensions = 0.0;
  for (const double m : ratios) {
    sum += m;
    dimensions += m / (1.0 - m);
  }
  const auto n = static_cast<double>(ratios.size());
  const double pooled = sum / (n - sum), mean = dimensions / n;
  return {finite(pooled), finite(mean), finite(mean + (mean + 1.0) / static_cast<double>(k - 1))};
}

std::optional<DimensionEstimate> estimate(const LogDistances& distances, std::size_t k, std::size_t variant) {
  const std::vector<double> ratios = numbers_of(distances, mom_statistic(k));
  const std::optional<double> value = values_of(ratios, k)[variant];
  if (!value) return std::nullopt;
  DimensionEstimate made = plain_estimate("mom", kVariants[variant], *value, ratios.size(), k);
  if (variant == 0) {
    const double pairs = static_cast<double>(ratios.size()) * static_cast<double>(k - 1);
    const double error = (*value + 1.0) * std::sqrt(*value / ((*value + 2.0) * pairs));
    made.analytic = normal_uncertainty(*value, error);
  }
  return made;
}

}  // namespace

PointStatistic mom_statistic(std::size_t k) {
  FATHOM_CHECK(k >= 2);
  return {k, [k](std::span<const double> logs) { return mean_ratio(logs, k); }, std::size(kVariants),
          [k](std::span<double> ratios) { return values_of(ratios, k); }};
}

Estimator mom_estimator() {
  return {.name = "mom",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors; },
          .from_distances =
              [](const EstimatorSettings&, std::size_t) {
                StatisticEstimates estimates{mom_statistic(kNeighbors), {}};
                for (std::size_t variant = 0; variant < std::size(kVariants); ++variant) {
                  estimates.make.emplace_back(
                      [variant](const LogDistances& d) { return estimate(d, kNeighbors, variant); });
                }
                estimates.local = [](double m) { return m / (1.0 - m); };
                return std::vector{estimates};
              }};
}

}  // namespace fathom
