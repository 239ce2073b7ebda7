// What the likelihood of Gride sums over its points.
#pragma once

#include <span>

namespace fathom {

/// With B(x) = x / (e^x - 1), the generating function of the Bernoulli numbers, over all x = d * ratio.
struct BernoulliSums {
  double b = 0.0;             ///< sum of B(x)
  double b_times_rise = 0.0;  ///< sum of B(x) (x + B(x)); and x B'(x) = B(x) (1 - x - B(x))
};

/// Ratios > 0 and d > 0. Each term is right to some units in the last place.
BernoulliSums bernoulli_sums(std::span<const double> ratios, double d);

}  // namespace fathom
