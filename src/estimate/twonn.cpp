#include "fathom/estimate/twonn.h"

#include <array>
#include <boost/math/distributions/gamma.hpp>
#include <boost/sort/pdqsort/pdqsort.hpp>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {

namespace {

std::optional<double> finite(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

/// Least squares through the origin of -log(1 - i/n) on the i-th smallest log ratio.
struct LineFit {
  double products = 0.0, squares = 0.0;

  std::optional<double> slope() const { return finite(products / squares); }
};

/// All variants in their order; sorts the log ratios.
std::array<std::optional<double>, 3> values_of(std::span<double> ratios) {
  if (ratios.size() < 3) return {};
  const auto n = static_cast<double>(ratios.size());
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  boost::sort::pdqsort_branchless(ratios.begin(), ratios.end());
  LineFit fit, linear;
  const std::size_t lowest = ratios.size() * 9 / 10;
  for (std::size_t i = 0; i + 1 < ratios.size(); ++i) {
    fit.products += ratios[i] * -std::log(1.0 - static_cast<double>(i + 1) / n);
    fit.squares += ratios[i] * ratios[i];
    if (i + 1 == lowest) linear = fit;
  }
  return {finite((n - 1.0) / sum), linear.slope(), fit.slope()};
}

}  // namespace

const char* twonn_variant_name(TwonnVariant variant) {
  switch (variant) {
    case TwonnVariant::ml:
      return "ml";
    case TwonnVariant::linear:
      return "linear";
    case TwonnVariant::as_published:
      return "as_published";
  }
  throw InternalError("unknown variant");
}

PointStatistic twonn_statistic() {
  return {2, [](std::span<const double> logs) { return log_ratio(logs, 1, 2); }, 3,
          [](std::span<double> numbers) {
            const auto values = values_of(numbers);
            return std::vector<std::optional<double>>(values.begin(), values.end());
          }};
}

std::optional<double> twonn_value(const LogDistances& distances, TwonnVariant variant) {
  std::vector<double> ratios = numbers_of(distances, twonn_statistic());
  return values_of(ratios)[static_cast<std::size_t>(variant)];
}

std::optional<DimensionEstimate> twonn(const LogDistances& distances, TwonnVariant variant) {
  std::vector<double> ratios = numbers_of(distances, twonn_statistic());
  const std::optional<double> value = values_of(ratios)[static_cast<std::size_t>(variant)];
  if (!value) return std::nullopt;
  DimensionEstimate estimate;
  estimate.estimator = "twonn";
  estimate.variant = twonn_variant_name(variant);
  estimate.value = *value;
  estimate.n = ratios.size();
  if (variant == TwonnVariant::ml) {
    const auto n = static_cast<double>(ratios.size());
    const boost::math::gamma_distribution<double> gamma(n, 1.0 / (n - 1.0));
    estimate.analytic = Uncertainty{
        *value / std::sqrt(n),
        {*value * boost::math::quantile(gamma, 0.025), *value * boost::math::quantile(gamma, 0.975)}};
  }
  return estimate;
}

Estimator twonn_estimator() {
  return {.name = "twonn",
          .neighbors = [](const EstimatorSettings&) { return std::size_t{2}; },
          .from_distances =
              [](const EstimatorSettings&, std::size_t) {
                StatisticEstimates estimates{twonn_statistic(), {}};
                for (const TwonnVariant variant :
                     {TwonnVariant::ml, TwonnVariant::linear, TwonnVariant::as_published}) {
                  estimates.make.emplace_back([variant](const LogDistances& d) { return twonn(d, variant); });
                }
                return std::vector{estimates};
              }};
}

}  // namespace fathom
