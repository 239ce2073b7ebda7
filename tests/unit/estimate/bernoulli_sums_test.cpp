#include "estimate/bernoulli_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fathom {
namespace {

struct Expected {
  long double b = 0, b_times_rise = 0;
};

Expected expected_sums(const std::vector<double>& ratios, double d) {
  Expected sums;
  for (const double ratio : ratios) {
    const long double x = d * ratio;  // the rounding of the product is not what is tested
    const long double b = x / std::expm1(x);
    sums.b += b;
    sums.b_times_rise += b * (x + b);
  }
  return sums;
}

// A few roundings of 2^-53 each: of the argument's reduction, the series, the quotient and the product.
constexpr double kRoundings = 8 * 0x1p-53;

TEST(BernoulliSums, EveryTermIsRightOverAllMagnitudes) {
  for (double x = 1e-15; x < 700.0; x *= 1.003) {
    const BernoulliSums found = bernoulli_sums(std::vector<double>{x}, 1.0);
    const Expected expected = expected_sums({x}, 1.0);
    ASSERT_NEAR(found.b, static_cast<double>(expected.b), kRoundings * found.b) << x;
    ASSERT_NEAR(found.b_times_rise, static_cast<double>(expected.b_times_rise),
                kRoundings * found.b_times_rise)
        << x;
  }
}

TEST(BernoulliSums, LargeArgumentsAddNothing) {
  for (const double x : {701.0, 1e5, 1e300}) {
    EXPECT_NEAR(bernoulli_sums(std::vector<double>{x}, 1.0).b, 0.0, 1e-300) << x;
    EXPECT_NEAR(bernoulli_sums(std::vector<double>{x}, 1.0).b_times_rise, 0.0, 1e-297) << x;
  }
}

TEST(BernoulliSums, AnyNumberOfTermsIsSummed) {
  for (const std::size_t count : {0u, 1u, 2u, 3u, 63u, 64u, 65u, 127u, 129u, 1000u}) {
    std::vector<double> ratios(count);
    for (std::size_t i = 0; i < count; ++i) ratios[i] = 0.01 * static_cast<double>(1 + i % 37);
    const BernoulliSums found = bernoulli_sums(ratios, 12.5);
    const Expected expected = expected_sums(ratios, 12.5);
    EXPECT_NEAR(found.b, static_cast<double>(expected.b), 1e-14 * found.b) << count;
    EXPECT_NEAR(found.b_times_rise, static_cast<double>(expected.b_times_rise), 1e-14 * found.b_times_rise)
        << count;
  }
}

}  // namespace
}  // namespace fathom
