#include "fathom/estimate/tle.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "estimate/neighborhood.h"

namespace fathom {

namespace {

constexpr double kSmallest = 1e-4;  // of the radius; measurements below are left out

/// The sum of logarithms in (1e-4, 10), by few of them.
class LogSum {
 public:
  void add(double value) {
    product_ *= value;
    if (product_ > 1e-200 && product_ < 1e200) return;
    sum_ += std::log(product_);
    product_ = 1.0;
  }
  double value() const { return sum_ + std::log(product_); }

 private:
  double product_ = 1.0, sum_ = 0.0;
};

/// Distances are over the radius; squares of u_a, u_b and of the distance of the two.
double measured(double ua, double ub, double v) {
  const double g = ua + v - ub, inside = 1.0 - ua;
  const double root = std::sqrt(g * g + 4.0 * v * inside);
  return g > 0.0 ? 2.0 * v / (root + g) : (root - g) / (2.0 * inside);
}

double dimension(const Neighborhood& near) {
  const std::size_t k = near.size();
  double largest = 0.0;
  for (std::size_t a = 0; a < k; ++a) largest = std::max(largest, near.product(a, a));
  const double scale = 1.0 / largest;
  LogSum sum, own;
  double used = 0.0;
  for (std::size_t a = 0; a < k; ++a) {
    const double ua = near.product(a, a) / largest;
    if (ua >= kSmallest * kSmallest) {
      own.add(ua);  // twice the logarithm of the distance
      used += 1.0;
    }
    for (std::size_t b = 0; b < k; ++b) {
      if (a == b) continue;
      const double ub = near.product(b, b) / largest;
      const double product = a < b ? near.product(a, b) : near.product(b, a);
      const double v = std::max(0.0, ua + ub - 2.0 * scale * product);
      const double s = measured(ua, ub, v);
      const double t = measured(ua, ub, 2.0 * ua + 2.0 * ub - v);
      if (!(s >= kSmallest && t >= kSmallest)) continue;
      sum.add(s);
      sum.add(t);
      used += 1.0;
    }
  }
  const double value = -2.0 * used / (sum.value() + own.value());
  return value > 0.0 ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Estimator tle_estimator() {
  return {.name = "tle",
          .neighbors = [](const EstimatorSettings& settings) { return settings.k; },
          .from_neighborhoods =
              [](const EstimatorSettings& settings) {
                return LocalMethod{
                    "tle", {"mean"}, settings.k, [](const Neighborhood& near, std::span<double> values) {
                      values[0] = dimension(near);
                    }};
              }};
}

}  // namespace fathom
