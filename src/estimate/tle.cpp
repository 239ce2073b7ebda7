#include "fathom/estimate/tle.h"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "estimate/local_means.h"
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

double dimension(const Eigen::MatrixXd& products) {
  const Eigen::Index k = products.rows();
  const Eigen::VectorXd u = products.diagonal() / products.diagonal().maxCoeff();
  const double scale = 1.0 / products.diagonal().maxCoeff();
  LogSum sum, own;
  double used = 0.0;
  for (Eigen::Index a = 0; a < k; ++a) {
    if (u(a) >= kSmallest * kSmallest) {
      own.add(u(a));  // twice the logarithm of the distance
      used += 1.0;
    }
    for (Eigen::Index b = 0; b < k; ++b) {
      if (a == b) continue;
      const double v = std::max(0.0, u(a) + u(b) - 2.0 * scale * products(a, b));
      const double s = measured(u(a), u(b), v);
      const double t = measured(u(a), u(b), 2.0 * u(a) + 2.0 * u(b) - v);
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
          .from_sample = [](const Sample& sample, const EstimatorSettings& settings,
                            Progress& progress) -> EstimateResult {
            const std::size_t k = settings.k;
            const LocalMethod method{
                "tle", {"mean"}, k, [k](const Sample& part, std::size_t row, std::span<double> values) {
                  values[0] = dimension(products_of_neighbors(part, row, k));
                }};
            return local_means(method, sample, settings, progress);
          }};
}

}  // namespace fathom
