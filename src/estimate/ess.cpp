#include "fathom/estimate/ess.h"

#include <Eigen/Core>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "estimate/local_means.h"
#include "estimate/neighborhood.h"

namespace fathom {

namespace {

constexpr std::size_t kNeighbors = 100;
constexpr double kLargest = 1e6;  // dimension; expectations beyond are not to be told apart

/// E |sin| of the angle between directions that are uniform in dimension d >= 1.
double expected_sine(double d) {
  if (d <= 1.0) return 0.0;
  return boost::math::tgamma_delta_ratio(0.5 * d, 0.5) /
         boost::math::tgamma_delta_ratio(0.5 * (d - 1.0), 0.5);
}

/// E |cos|.
double expected_cosine(double d) {
  return boost::math::tgamma_delta_ratio(0.5 * d, 0.5) * boost::math::constants::one_div_root_pi<double>();
}

/// d where a monotone expectation, linear between whole numbers, is `seen`.
double inverse(double (*expected)(double), double seen) {
  const bool rises = expected(2.0) > expected(1.0);
  const auto beyond = [&](double d) { return rises ? expected(d) > seen : expected(d) < seen; };
  double high = 2.0;
  while (!beyond(high)) {
    high *= 2.0;
    if (high > kLargest) return std::numeric_limits<double>::quiet_NaN();
  }
  double low = high == 2.0 ? 1.0 : high / 2.0;
  while (high - low > 1.0) {
    const double middle = std::floor(0.5 * (low + high));
    (beyond(middle) ? high : low) = middle;
  }
  return low + (seen - expected(low)) / (expected(high) - expected(low));
}

void dimensions(const Eigen::MatrixXd& products, std::span<double> values) {
  const Eigen::VectorXd lengths = products.diagonal().cwiseMax(0.0).cwiseSqrt();
  double weights = 0.0, sines = 0.0, cosines = 0.0;
  for (Eigen::Index i = 0; i < products.cols(); ++i) {
    for (Eigen::Index j = i + 1; j < products.rows(); ++j) {
      const double weight = lengths(i) * lengths(j), cosine = products(j, i);
      weights += weight;
      cosines += std::abs(cosine);
      sines += std::sqrt(std::max(0.0, weight * weight - cosine * cosine));
    }
  }
  values[0] = inverse(expected_sine, sines / weights);
  values[1] = inverse(expected_cosine, cosines / weights);
}

}  // namespace

Estimator ess_estimator() {
  return {
      .name = "ess",
      .neighbors = [](const EstimatorSettings&) { return kNeighbors; },
      .from_sample = [](const Sample& sample, const EstimatorSettings& settings,
                        Progress& progress) -> EstimateResult {
        const LocalMethod method{
            "ess", {"a", "b"}, kNeighbors, [](const Sample& part, std::size_t row, std::span<double> values) {
              dimensions(centered(products_of_neighbors(part, row, kNeighbors)), values);
            }};
        return local_means(method, sample, settings, progress);
      }};
}

}  // namespace fathom
