#include "fathom/estimate/gride.h"

#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {

namespace {

std::vector<double> log_ratios(const LogDistances& distances, std::size_t n1, std::size_t n2) {
  FATHOM_CHECK(n1 >= 1 && n2 > n1 && n2 <= distances.k());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto row = distances.row(i);
    if (row.size() < n2) continue;
    const double ratio = row[n2 - 1] - row[n1 - 1];
    if (ratio > 0.0) ratios.push_back(ratio);
  }
  return ratios;
}

/// Derivative of the log likelihood in d; falls in d, and goes from +infinity at 0 to below 0.
double slope(const std::vector<double>& ratios, std::size_t n1, std::size_t n2, double d) {
  const auto between = static_cast<double>(n2 - n1 - 1);
  double sum = 0.0;
  for (const double ratio : ratios) {
    const double growth = between > 0.0 ? between / std::expm1(d * ratio) : 0.0;
    sum += ratio * (growth - static_cast<double>(n1));
  }
  return static_cast<double>(ratios.size()) / d + sum;
}

std::optional<double> solve(const std::vector<double>& ratios, std::size_t n1, std::size_t n2) {
  if (ratios.empty()) return std::nullopt;
  const auto f = [&](double d) { return slope(ratios, n1, n2, d); };
  double low = 1.0, high = 1.0;
  while (f(low) <= 0.0 && low > 1e-12) low /= 2.0;
  while (f(high) >= 0.0 && high < 1e12) high *= 2.0;
  if (!(f(low) > 0.0 && f(high) < 0.0)) return std::nullopt;
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      f, low, high, boost::math::tools::eps_tolerance<double>(52), iterations);
  return 0.5 * (bracket.first + bracket.second);
}

}  // namespace

std::optional<double> gride_value(const LogDistances& distances, std::size_t n1, std::size_t n2) {
  return solve(log_ratios(distances, n1, n2), n1, n2);
}

std::optional<DimensionEstimate> gride(const LogDistances& distances, std::size_t n1, std::size_t n2) {
  const std::vector<double> ratios = log_ratios(distances, n1, n2);
  const std::optional<double> value = solve(ratios, n1, n2);
  if (!value) return std::nullopt;
  DimensionEstimate estimate{.estimator = "gride",
                             .variant = "ml",
                             .k = {},
                             .n1 = n1,
                             .n2 = n2,
                             .value = *value,
                             .analytic = {},
                             .uncertainty = {},
                             .interval_method = {},
                             .n = ratios.size()};
  double information = static_cast<double>(ratios.size()) / (*value * *value);
  for (const double ratio : ratios) {
    const double shrunk = std::exp(-*value * ratio);
    const double scaled = ratio / -std::expm1(-*value * ratio);
    information += static_cast<double>(n2 - n1 - 1) * scaled * scaled * shrunk;
  }
  const double error = 1.0 / std::sqrt(information);
  estimate.analytic =
      Uncertainty{error, {*value - 1.959963984540054 * error, *value + 1.959963984540054 * error}};
  return estimate;
}

}  // namespace fathom
