#include "fathom/estimate/mind_ml.h"

#include <algorithm>
#include <cmath>

#include "fathom/estimate/gride.h"

namespace fathom {

namespace {

/// Up to what does not depend on d.
double log_likelihood(const std::vector<double>& log_ratios, std::size_t k, double d) {
  double sum = 0.0;
  for (const double ratio : log_ratios) {
    if (!(ratio > 0.0)) continue;
    sum += std::log(d) - d * ratio + static_cast<double>(k - 1) * std::log(-std::expm1(-d * ratio));
  }
  return sum;
}

}  // namespace

std::optional<DimensionEstimate> mind_ml(const LogDistances& distances, std::size_t k, MindVariant variant) {
  std::optional<DimensionEstimate> estimate = gride(distances, 1, k + 1);
  if (!estimate) return std::nullopt;
  estimate->estimator = "mind_ml";
  estimate->variant = variant == MindVariant::mlk ? "mlk" : "mli";
  estimate->k = k;
  estimate->n1 = estimate->n2 = std::nullopt;
  if (variant == MindVariant::mli) {
    const std::vector<double> ratios = numbers_of(distances, gride_statistic(1, k + 1));
    const double below = std::max(1.0, std::floor(estimate->value));
    const bool up = log_likelihood(ratios, k, below + 1.0) > log_likelihood(ratios, k, below);
    estimate->value = up ? below + 1.0 : below;
    estimate->analytic.reset();
  }
  return estimate;
}

Estimator mind_ml_estimator() {
  return {.name = "mind_ml",
          .neighbors = [](const EstimatorSettings& settings) { return settings.k + 1; },
          .from_distances =
              [](const EstimatorSettings& settings, std::size_t) {
                const std::size_t k = settings.k;
                StatisticEstimates estimates{gride_statistic(1, k + 1), {}};
                estimates.statistic.values = 2;
                estimates.statistic.evaluate =
                    [gride = gride_statistic(1, k + 1).evaluate](std::span<double> numbers) {
                      const std::optional<double> value = gride(numbers).front();
                      return std::vector{value, value};
                    };
                for (const MindVariant variant : {MindVariant::mlk, MindVariant::mli}) {
                  estimates.make.emplace_back(
                      [k, variant](const LogDistances& d) { return mind_ml(d, k, variant); });
                }
                return std::vector{estimates};
              }};
}

}  // namespace fathom
