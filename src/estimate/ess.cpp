#include "fathom/estimate/ess.h"

#include <algorithm>
#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

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

/// An expectation at whole numbers, the first of them listed.
class Expectation {
 public:
  explicit Expectation(double (*at)(double)) : at_(at) {
    for (std::size_t d = 0; d < kListed; ++d) listed_.push_back(d == 0 ? 0.0 : at(static_cast<double>(d)));
  }
  double operator()(double d) const { return d < kListed ? listed_[static_cast<std::size_t>(d)] : at_(d); }

 private:
  static constexpr std::size_t kListed = 1024;
  double (*at_)(double);
  std::vector<double> listed_;
};

/// d where a monotone expectation, linear between whole numbers, is `seen`.
double inverse(const Expectation& expected, double seen) {
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

void dimensions(const Neighborhood& near, std::span<double> values) {
  thread_local SquareMatrix products;
  near.center_products(false, products);
  const std::size_t k = near.size();
  std::array<double, kNeighbors> lengths{};
  for (std::size_t i = 0; i < k; ++i) lengths[i] = std::sqrt(std::max(0.0, products.row(i)[i]));
  double weights = 0.0, sines = 0.0, cosines = 0.0;
  for (std::size_t i = 0; i < k; ++i) {
    const double* const row = products.row(i);
    for (std::size_t j = i + 1; j < k; ++j) {
      const double weight = lengths[i] * lengths[j], cosine = row[j];
      weights += weight;
      cosines += std::abs(cosine);
      sines += std::sqrt(std::max(0.0, weight * weight - cosine * cosine));
    }
  }
  static const Expectation sine(expected_sine), cosine(expected_cosine);
  values[0] = inverse(sine, sines / weights);
  values[1] = inverse(cosine, cosines / weights);
}

}  // namespace

Estimator ess_estimator() {
  return {.name = "ess",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors; },
          .from_neighborhoods =
              [](const EstimatorSettings&) {
                return LocalMethod{"ess", {"a", "b"}, kNeighbors, dimensions};
              }};
}

}  // namespace fathom
