#include "fathom/estimate/mle.h"

#include <array>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <limits>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::array kVariants{MleVariant::pooled, MleVariant::as_published, MleVariant::mean,
                               MleVariant::mean_unbiased};

/// S = sum_{j<k} log(T_k / T_j) of one point.
double log_ratio_sum(std::span<const double> logs, std::size_t k) {
  double sum = 0.0;
  for (std::size_t j = 0; j + 1 < k; ++j) sum += logs[k - 1] - logs[j];
  return sum;
}

struct Sums {
  std::size_t points = 0;
  double ratio = 0.0;          ///< sum of S_i
  double inverse_ratio = 0.0;  ///< sum of 1 / S_i
};

Sums sum_up(std::span<const double> numbers) {
  Sums sums;
  sums.points = numbers.size();
  for (const double s : numbers) {
    sums.ratio += s;
    sums.inverse_ratio += 1.0 / s;
  }
  return sums;
}

std::optional<double> value_of(const Sums& sums, std::size_t k, MleVariant variant) {
  const auto points = static_cast<double>(sums.points), ratios = static_cast<double>(k - 1);
  double value = 0.0;
  switch (variant) {
    case MleVariant::pooled:
      value = points * ratios / sums.ratio;
      break;
    case MleVariant::as_published:
      value = points * (ratios - 1.0) / sums.ratio;
      break;
    case MleVariant::mean:
      value = ratios * sums.inverse_ratio / points;
      break;
    case MleVariant::mean_unbiased:
      value = (ratios - 1.0) * sums.inverse_ratio / points;
      break;
  }
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

const char* mle_variant_name(MleVariant variant) {
  switch (variant) {
    case MleVariant::pooled:
      return "pooled";
    case MleVariant::as_published:
      return "as_published";
    case MleVariant::mean:
      return "mean";
    case MleVariant::mean_unbiased:
      return "mean_unbiased";
  }
  throw InternalError("unknown variant");
}

PointStatistic mle_statistic(std::size_t k) {
  FATHOM_CHECK(k >= 3);
  return {k, [k](std::span<const double> logs) { return log_ratio_sum(logs, k); }, kVariants.size(),
          [k](std::span<double> numbers) {
            const Sums sums = sum_up(numbers);
            std::vector<std::optional<double>> values;
            for (const MleVariant variant : kVariants) values.push_back(value_of(sums, k, variant));
            return values;
          }};
}

std::optional<double> mle_value(const LogDistances& distances, std::size_t k, MleVariant variant) {
  return value_of(sum_up(numbers_of(distances, mle_statistic(k))), k, variant);
}

std::optional<DimensionEstimate> mle(const LogDistances& distances, std::size_t k, MleVariant variant) {
  const Sums sums = sum_up(numbers_of(distances, mle_statistic(k)));
  const std::optional<double> value = value_of(sums, k, variant);
  if (!value) return std::nullopt;
  DimensionEstimate estimate;
  estimate.estimator = "mle";
  estimate.variant = mle_variant_name(variant);
  estimate.k = k;
  estimate.value = *value;
  estimate.n = sums.points;
  if (variant == MleVariant::pooled || variant == MleVariant::as_published) {
    const double shape = static_cast<double>(sums.points) * static_cast<double>(k - 1);
    const boost::math::gamma_distribution<double> gamma(shape);
    estimate.analytic = Uncertainty{*value / std::sqrt(shape),
                                    {*value / shape * boost::math::quantile(gamma, 0.025),
                                     *value / shape * boost::math::quantile(gamma, 0.975)}};
  }
  return estimate;
}

std::vector<double> mle_by_k(const LogDistances& distances) {
  if (distances.k() < 3) return {};
  std::vector<double> ratio(distances.k() - 2, 0.0), points(distances.k() - 2, 0.0);
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto row = distances.row(i);
    double below = row.size() < 2 ? 0.0 : row[0] + row[1];  // sum of log T_j, j < k
    for (std::size_t k = 3; k <= row.size(); ++k) {
      ratio[k - 3] += static_cast<double>(k - 1) * row[k - 1] - below;
      points[k - 3] += 1.0;
      below += row[k - 1];
    }
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < ratio.size(); ++i) {
    values.push_back(ratio[i] > 0.0 ? points[i] * static_cast<double>(i + 2) / ratio[i]
                                    : std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

Estimator mle_estimator() {
  return {
      .name = "mle",
      .neighbors = [](const EstimatorSettings& settings) { return settings.k; },
      .from_distances =
          [](const EstimatorSettings& settings, std::size_t) {
            const std::size_t k = settings.k;
            StatisticEstimates estimates{mle_statistic(k), {}};
            for (const MleVariant variant : kVariants) {
              estimates.make.emplace_back([k, variant](const LogDistances& d) { return mle(d, k, variant); });
            }
            estimates.local = [k](double sum) { return static_cast<double>(k - 1) / sum; };
            return std::vector{estimates};
          }};
}

}  // namespace fathom
