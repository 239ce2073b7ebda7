#include "fathom/estimate/gride.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

/// Ratios drawn from the law itself: mu^-d is the n1-th smallest of n2 - 1 uniform numbers... as Beta(n1, n2
/// - n1).
LogDistances simulated(std::size_t points, double d, std::size_t n1, std::size_t n2, std::uint64_t seed) {
  Generator generator = make_generator(seed);
  LogDistances logs(n2);
  std::vector<double> uniform(n2 - 1), row(n2, 0.0);
  for (std::size_t i = 0; i < points; ++i) {
    for (double& value : uniform) value = uniform_unit(generator);
    std::ranges::sort(uniform);
    for (std::size_t j = n1; j < n2; ++j) row[j] = -std::log(uniform[n1 - 1]) / d;
    logs.append(row);
  }
  return logs;
}

double log_likelihood(const LogDistances& logs, double d, std::size_t n1, std::size_t n2) {
  double sum = 0.0;
  for (std::size_t i = 0; i < logs.points(); ++i) {
    const double lm = logs.row(i)[n2 - 1] - logs.row(i)[n1 - 1];
    sum += std::log(d) + static_cast<double>(n2 - n1 - 1) * std::log(std::expm1(d * lm)) -
           (static_cast<double>(n2 - 1) * d + 1.0) * lm;
  }
  return sum;
}

TEST(Gride, MaximisesTheLikelihood) {
  for (const std::size_t n1 : {1, 2, 4, 16}) {
    const LogDistances logs = simulated(400, 6.0, n1, 2 * n1, n1);
    const double d = *gride_value(logs, n1, 2 * n1);
    const double best = log_likelihood(logs, d, n1, 2 * n1);
    EXPECT_GT(best, log_likelihood(logs, d * 1.001, n1, 2 * n1)) << n1;
    EXPECT_GT(best, log_likelihood(logs, d * 0.999, n1, 2 * n1)) << n1;
  }
}

TEST(Gride, RecoversTheDimensionOfItsOwnLaw) {
  for (const std::size_t n1 : {1, 2, 4, 8, 32}) {
    const std::optional<DimensionEstimate> estimate =
        gride(simulated(4000, 9.0, n1, 2 * n1, 5 + n1), n1, 2 * n1);
    ASSERT_TRUE(estimate && estimate->analytic);
    EXPECT_NEAR(estimate->value, 9.0, 4.0 * estimate->analytic->std_error) << n1;
  }
}

TEST(Gride, AnalyticErrorIsTheSpreadOfEstimates) {
  std::vector<double> values;
  double error = 0.0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto estimate = gride(simulated(300, 5.0, 4, 8, 1000 + seed), 4, 8);
    values.push_back(estimate->value);
    error += estimate->analytic->std_error / 200;
  }
  double mean = 0.0, squares = 0.0;
  for (const double value : values) mean += value / 200;
  for (const double value : values) squares += (value - mean) * (value - mean) / 199;
  // The standard deviation of 200 values has a relative error of 5 %; four of those.
  EXPECT_NEAR(std::sqrt(squares), error, 0.2 * error);
}

TEST(Gride, RanksOneAndTwoAreTwonnWithoutItsCorrection) {
  LogDistances logs(2);
  for (const double ratio : {0.3, 0.1, 0.4, 0.2}) logs.append(std::vector<double>{1.0, 1.0 + ratio});
  EXPECT_NEAR(*gride_value(logs, 1, 2), 4.0 / 1.0, 1e-12);
}

TEST(Gride, TiesAreLeftOut) {
  EXPECT_NEAR(*gride_value(from_distances({{1, std::exp(0.5)}, {2, 2}}), 1, 2), 2.0, 1e-12);
  EXPECT_FALSE(gride_value(from_distances({{2, 2}}), 1, 2));
}

TEST(Gride, ExtremeDimensionsAreFound) {
  for (const double d : {0.01, 1.0, 5000.0}) {
    LogDistances logs(2);
    logs.append(std::vector<double>{0.0, 1.0 / d});
    EXPECT_NEAR(*gride_value(logs, 1, 2), d, 1e-9 * d);
  }
}

/// Of the log likelihood in d, times d; from the definition, in extended precision.
long double slope(const LogDistances& logs, long double d, std::size_t n1, std::size_t n2) {
  long double sum = 0;
  for (std::size_t i = 0; i < logs.points(); ++i) {
    const long double x = d * static_cast<long double>(logs.row(i)[n2 - 1] - logs.row(i)[n1 - 1]);
    if (x == 0) continue;
    sum += 1 + x * (static_cast<long double>(n2 - n1 - 1) / std::expm1(x) - static_cast<long double>(n1));
  }
  return sum;
}

// Ratios that no one dimension explains put the first guess far from the solution, on either side.
TEST(Gride, SolvesToTheLastBitsFromAnyStart) {
  for (const std::size_t n1 : {1, 2, 4, 32}) {
    for (const std::vector<double>& ratios : {std::vector<double>{0.1},
                                              {0.1, 0.1, 0.3},
                                              {1e-9, 1e-9, 1e-9, 5.0},
                                              {1e-3, 40.0, 40.0, 40.0},
                                              {1e-12, 1e-6, 1.0, 1e3},
                                              {0.0, 2.0, 1e-4},
                                              {500.0, 800.0}}) {
      LogDistances logs(2 * n1);
      for (const double ratio : ratios) {
        std::vector<double> row(2 * n1, 0.0);
        row.back() = ratio;
        logs.append(row);
      }
      const std::optional<double> d = gride_value(logs, n1, 2 * n1);
      ASSERT_TRUE(d) << n1;
      EXPECT_GT(slope(logs, *d * (1 - 1e-14L), n1, 2 * n1), 0) << n1 << ", first ratio " << ratios[0];
      EXPECT_LT(slope(logs, *d * (1 + 1e-14L), n1, 2 * n1), 0) << n1 << ", first ratio " << ratios[0];
    }
  }
}

TEST(Gride, DimensionsOfRoundedTiesAreRefused) {
  LogDistances logs(2);
  logs.append(std::vector<double>{0.0, 1e-13});
  EXPECT_FALSE(gride_value(logs, 1, 2));
}

}  // namespace
}  // namespace fathom
