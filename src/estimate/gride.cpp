#include "fathom/estimate/gride.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "estimate/bernoulli_sums.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

/// Ratios of a maximum beyond are the rounding errors of ties.
constexpr double kLargestDimension = 1e12;

std::span<const double> without_ties(std::span<double> ratios) {
  const auto ties = std::partition(ratios.begin(), ratios.end(), [](double ratio) { return ratio > 0.0; });
  return ratios.first(static_cast<std::size_t>(ties - ratios.begin()));
}

struct Maximum {
  double d, information;
};

/// The slope of the log likelihood times d, g = n + sum ((n2-n1-1) B(d log mu) - n1 d log mu) with
/// B(x) = x / (e^x - 1), falls in d and is convex. Newton's method therefore rises to the root from below,
/// and from above it steps below the root, though not below 0, where every tangent is still positive: its
/// value is n + (n2-n1-1) sum B(x) (x + B(x)).
std::optional<Maximum> maximize(std::span<const double> ratios, std::size_t n1, std::size_t n2) {
  if (ratios.empty()) return std::nullopt;
  const auto n = static_cast<double>(ratios.size());
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  const auto between = static_cast<double>(n2 - n1 - 1), rank = static_cast<double>(n1);
  double d = 0.0;
  for (std::size_t j = n1; j < n2; ++j) d += n / (static_cast<double>(j) * sum);  // by the mean of log mu
  for (int step = 0; step < 200; ++step) {
    const BernoulliSums sums = between > 0.0 ? bernoulli_sums(ratios, d) : BernoulliSums{};
    const double g = n + between * sums.b - rank * d * sum;
    const double d_times_slope = between * (sums.b - sums.b_times_rise) - rank * d * sum;
    const double change = -g / d_times_slope;
    d *= 1.0 + change;
    if (!(d < kLargestDimension)) return std::nullopt;
    // Errors are squared from step to step: this was the last that shows.
    if (std::abs(change) < 1e-8) return Maximum{d, (n + between * sums.b_times_rise) / (d * d)};
  }
  return std::nullopt;
}

}  // namespace

PointStatistic gride_statistic(std::size_t n1, std::size_t n2) {
  FATHOM_CHECK(n1 >= 1 && n2 > n1);
  return {n2, [n1, n2](std::span<const double> logs) { return log_ratio(logs, n1, n2); }, 1,
          [n1, n2](std::span<double> ratios) -> std::vector<std::optional<double>> {
            const std::optional<Maximum> maximum = maximize(without_ties(ratios), n1, n2);
            return {maximum ? std::optional(maximum->d) : std::nullopt};
          }};
}

std::optional<double> gride_value(const LogDistances& distances, std::size_t n1, std::size_t n2) {
  const PointStatistic statistic = gride_statistic(n1, n2);
  std::vector<double> ratios = numbers_of(distances, statistic);
  return statistic.evaluate(ratios).front();
}

std::optional<DimensionEstimate> gride(const LogDistances& distances, std::size_t n1, std::size_t n2) {
  std::vector<double> numbers = numbers_of(distances, gride_statistic(n1, n2));
  const std::span<const double> ratios = without_ties(numbers);
  const std::optional<Maximum> maximum = maximize(ratios, n1, n2);
  if (!maximum) return std::nullopt;
  DimensionEstimate estimate = plain_estimate("gride", "ml", maximum->d, ratios.size());
  estimate.n1 = n1;
  estimate.n2 = n2;
  const double error = 1.0 / std::sqrt(maximum->information);
  estimate.analytic = normal_uncertainty(maximum->d, error);
  return estimate;
}

Estimator gride_estimator() {
  return {
      .name = "gride",
      .neighbors = [](const EstimatorSettings&) { return std::size_t{2}; },
      .from_distances =
          [](const EstimatorSettings&, std::size_t listed) {
            std::vector<StatisticEstimates> all;
            for (std::size_t n1 = 1; 2 * n1 <= listed; n1 *= 2) {
              StatisticEstimates& one = all.emplace_back(StatisticEstimates{gride_statistic(n1, 2 * n1), {}});
              one.make.emplace_back([n1](const LogDistances& d) { return gride(d, n1, 2 * n1); });
            }
            return all;
          }};
}

}  // namespace fathom
