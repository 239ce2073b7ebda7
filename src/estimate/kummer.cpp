#include "estimate/kummer.h"

#include <algorithm>
#include <boost/math/interpolators/cardinal_cubic_b_spline.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <vector>

#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr double kNegligible = 1e-17;  // of a term beside the sum

/// M(b - alpha, b, -x) = e^-x sum_n (alpha)_n / (b)_n x^n / n!, all terms positive: summed from the largest.
double log_by_series(double alpha, double b, double x) {
  if (x == 0.0) return 0.0;
  const double half = (x - b - 1.0) / 2.0;
  const double discriminant = half * half - b + alpha * x;
  const double peak = discriminant > 0.0 ? std::max(0.0, std::floor(half + std::sqrt(discriminant))) : 0.0;
  const double log_peak = boost::math::lgamma(alpha + peak) - boost::math::lgamma(alpha) -
                          boost::math::lgamma(b + peak) + boost::math::lgamma(b) + peak * std::log(x) -
                          boost::math::lgamma(peak + 1.0) - x;
  double sum = 1.0, term = 1.0;
  for (double n = peak; term > kNegligible * sum; n += 1.0) {
    term *= (alpha + n) * x / ((b + n) * (n + 1.0));
    sum += term;
  }
  term = 1.0;
  for (double n = peak; n > 0.0 && term > kNegligible * sum; n -= 1.0) {
    term *= (b + n - 1.0) * n / ((alpha + n - 1.0) * x);
    sum += term;
  }
  return log_peak + std::log(sum);
}

/// Gamma(b) / Gamma(alpha) x^-a sum_n (a)_n (1 - alpha)_n / (n! x^n), a = b - alpha (DLMF 13.7.1).
double log_far_away(double alpha, double b, double x) {
  const double a = b - alpha;
  double sum = 1.0, term = 1.0;
  for (double n = 0.0; std::abs(term) > kNegligible * sum; n += 1.0) {
    const double next = term * (a + n) * (1.0 - alpha + n) / ((n + 1.0) * x);
    if (std::abs(next) >= std::abs(term) && n > alpha) break;
    term = next;
    sum += term;
  }
  return boost::math::lgamma(b) - boost::math::lgamma(alpha) - a * std::log(x) + std::log(sum);
}

}  // namespace

double log_kummer(double alpha, double b, double x) {
  const double a = std::abs(b - alpha);
  const bool far_away = x > std::max({60.0, 4.0 * a, 2.0 * a * alpha});
  return far_away ? log_far_away(alpha, b, x) : log_by_series(alpha, b, x);
}

std::function<double(double x)> log_kummer_between(double alpha, double b, double low, double high,
                                                   unsigned threads) {
  // Around x = b the function turns within sqrt(b).
  const double first = std::log(low), range = std::log(high) - first;
  const double wanted = std::min(0.03, 0.1 / std::sqrt(b));
  const auto steps = static_cast<std::size_t>(std::clamp(std::ceil(range / wanted), 8.0, 20000.0));
  const double step = std::max(range, 1e-6) / static_cast<double>(steps);
  std::vector<double> values(steps + 1);
  parallel_for(values.size(), threads, [&](std::size_t i, unsigned) {
    values[i] = log_kummer(alpha, b, std::exp(first + step * static_cast<double>(i)));
  });
  const boost::math::interpolators::cardinal_cubic_b_spline<double> spline(values.begin(), values.end(),
                                                                           first, step);
  return [spline](double x) { return spline(std::log(x)); };
}

}  // namespace fathom
