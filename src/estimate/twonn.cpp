#include "fathom/estimate/twonn.h"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {

namespace {

std::vector<double> log_ratios(const LogDistances& distances) {
  std::vector<double> ratios;
  ratios.reserve(distances.points());
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto row = distances.row(i);
    if (row.size() >= 2) ratios.push_back(row[1] - row[0]);
  }
  return ratios;
}

double maximum_likelihood(const std::vector<double>& ratios) {
  double sum = 0.0;
  for (const double ratio : ratios) sum += ratio;
  return (static_cast<double>(ratios.size()) - 1.0) / sum;
}

/// Least squares through the origin of -log(1 - i/n) on the i-th smallest log ratio, i = 1..kept.
double line_fit(std::vector<double> ratios, std::size_t kept) {
  std::ranges::sort(ratios);
  const auto n = static_cast<double>(ratios.size());
  double products = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < kept; ++i) {
    products += ratios[i] * -std::log1p(-static_cast<double>(i + 1) / n);
    squares += ratios[i] * ratios[i];
  }
  return products / squares;
}

std::optional<double> value_of(const std::vector<double>& ratios, TwonnVariant variant) {
  if (ratios.size() < 3) return std::nullopt;
  double value = 0.0;
  switch (variant) {
    case TwonnVariant::ml:
      value = maximum_likelihood(ratios);
      break;
    case TwonnVariant::linear:
      value = line_fit(ratios, ratios.size() * 9 / 10);
      break;
    case TwonnVariant::as_published:
      value = line_fit(ratios, ratios.size() - 1);
      break;
  }
  if (!std::isfinite(value)) return std::nullopt;
  return value;
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

std::optional<double> twonn_value(const LogDistances& distances, TwonnVariant variant) {
  return value_of(log_ratios(distances), variant);
}

std::optional<DimensionEstimate> twonn(const LogDistances& distances, TwonnVariant variant) {
  const std::vector<double> ratios = log_ratios(distances);
  const std::optional<double> value = value_of(ratios, variant);
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

}  // namespace fathom
