#include "fathom/estimate/twonn_bayes.h"

#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <numeric>

#include "estimate/halved_estimates.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

/// Of n points whose log ratios have this sum.
DimensionPrior posterior(std::size_t n, double sum, DimensionPrior prior) {
  return {prior.shape + static_cast<double>(n), prior.rate + sum};
}

PointStatistic statistic() {
  return {2, [](std::span<const double> logs) { return log_ratio(logs, 1, 2); }, 1,
          [](std::span<double> ratios) -> std::vector<std::optional<double>> {
            if (ratios.empty()) return {std::nullopt};
            const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
            const DimensionPrior after = posterior(ratios.size(), sum, {});
            return {after.shape / after.rate};
          }};
}

}  // namespace

std::optional<DimensionEstimate> twonn_bayes(const LogDistances& distances, DimensionPrior prior) {
  if (!(prior.shape > 0.0 && prior.rate > 0.0)) {
    throw UsageError("prior",
                     "has shape " + std::to_string(prior.shape) + " and rate " + std::to_string(prior.rate),
                     "give two numbers above 0");
  }
  const std::vector<double> ratios = numbers_of(distances, statistic());
  if (ratios.empty()) return std::nullopt;
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  const DimensionPrior after = posterior(ratios.size(), sum, prior);
  const double value = after.shape / after.rate;
  DimensionEstimate estimate = plain_estimate("twonn_bayes", "posterior_mean", value, ratios.size());
  const boost::math::gamma_distribution<double> gamma(after.shape, 1.0 / after.rate);
  estimate.analytic = Uncertainty{value / std::sqrt(after.shape),
                                  {boost::math::quantile(gamma, 0.025), boost::math::quantile(gamma, 0.975)}};
  return estimate;
}

Estimator twonn_bayes_estimator() {
  return {.name = "twonn_bayes",
          .neighbors = [](const EstimatorSettings&) { return std::size_t{2}; },
          .from_distances =
              [](const EstimatorSettings&, std::size_t) {
                StatisticEstimates estimates{statistic(), {}};
                estimates.make.emplace_back([](const LogDistances& d) { return twonn_bayes(d); });
                return std::vector{estimates};
              }};
}

}  // namespace fathom
