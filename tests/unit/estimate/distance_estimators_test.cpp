// Estimators that need neighbour distances alone: by hand, and on distances drawn from their law.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "fathom/core/error.h"
#include "fathom/estimate/binomial.h"
#include "fathom/estimate/gride.h"
#include "fathom/estimate/mada.h"
#include "fathom/estimate/mind_ml.h"
#include "fathom/estimate/mom.h"
#include "fathom/estimate/twonn_bayes.h"
#include "unit/estimate/point_clouds.h"
#include "unit/estimate/simulated_neighbors.h"

namespace fathom {
namespace {

TEST(Mom, ByHand) {
  // Means of T_1/T_3 and T_2/T_3: 0.5 and 0.75.
  const auto values = values_of(from_distances({{1, 2, 3}, {2, 4, 4}}), mom_statistic(3));
  EXPECT_NEAR(*values[0], 0.625 / 0.375, 1e-12);
  EXPECT_NEAR(*values[1], (1.0 + 3.0) / 2.0, 1e-12);
  EXPECT_NEAR(*values[2], ((2.0 / 3.0) / (1.0 / 3.0) + (10.0 / 12.0) / (2.0 / 12.0)) / 2.0, 1e-12);
}

TEST(Mom, EqualDistancesHaveNoDimension) {
  const auto values = values_of(from_distances({{2, 2, 2}, {1, 2, 3}}), mom_statistic(3));
  EXPECT_TRUE(values[0]);
  EXPECT_FALSE(values[1]);
  EXPECT_FALSE(values_of(from_distances({{2, 2, 2}}), mom_statistic(3))[0]);
}

/// Mean and spread over samples of the law, against the dimension and the analytic error.
void check_law(const char* name,
               const std::function<std::optional<DimensionEstimate>(const LogDistances&)>& make, double d,
               std::size_t k, double bias) {
  constexpr std::uint64_t kSamples = 400;
  std::vector<double> values;
  double error = 0.0;
  for (std::uint64_t seed = 0; seed < kSamples; ++seed) {
    const auto estimate = make(simulated_neighbors(300, d, k, seed));
    ASSERT_TRUE(estimate && estimate->analytic);
    values.push_back(estimate->value);
    error += estimate->analytic->std_error / kSamples;
  }
  const Moments seen = moments(values);
  EXPECT_NEAR(seen.mean, d, 4.0 * seen.sd / std::sqrt(kSamples) + bias * d) << name;
  EXPECT_NEAR(seen.sd, error, 0.12 * error) << name;  // three times the error of a spread over 400
}

void check_law(const Estimator& estimator, double d, std::size_t k, double bias) {
  EstimatorSettings settings;
  settings.k = 20;
  check_law(estimator.name.c_str(), estimator.from_distances(settings, k).front().make.front(), d, k, bias);
}

TEST(DistanceEstimators, RecoverTheirLawWithTheErrorTheySay) {
  for (const double d : {2.0, 12.0}) {
    check_law(mom_estimator(), d, 100, 0.0);
    check_law(mada_estimator(), d, 20, 0.001);
    check_law(mind_ml_estimator(), d, 21, 0.002);
    check_law(twonn_bayes_estimator(), d, 2, 0.005);  // the mean of n / sum is high by 1/n
    const double tau = std::pow(kBestBinomialShare, 1.0 / d);
    check_law(
        "binomial", [tau](const LogDistances& logs) { return binomial(logs, 20, tau); }, d, 20, 0.001);
  }
}

TEST(Mada, ByHand) {
  // k = 4, h = 2: ratios 2 and 4; H = 1/2 + 1/3.
  const auto values = values_of(from_distances({{1, 2, 3, 4}, {1, 1, 2, 4}}), mada_statistic(4));
  EXPECT_NEAR(*values[0], 2.0 * (5.0 / 6.0) / (3.0 * std::log(2.0)), 1e-12);
  EXPECT_NEAR(*values[1], (1.0 + 0.5) / 2.0, 1e-12);
}

TEST(Mada, OddNumbersOfNeighboursRoundTheHalfUp) {
  EXPECT_NEAR(*values_of(from_distances({{1, 2, 8}}), mada_statistic(3))[1], 0.5, 1e-12);
}

TEST(MindMl, IsGrideOfRanksOneAndTheNextAfterK) {
  const LogDistances logs = simulated_neighbors(200, 5.0, 21, 3);
  EXPECT_EQ(mind_ml(logs, 20, MindVariant::mlk)->value, *gride_value(logs, 1, 21));
}

double log_likelihood(const LogDistances& logs, std::size_t k, double d) {
  double sum = 0.0;
  for (std::size_t i = 0; i < logs.points(); ++i) {
    const double rho = std::exp(logs.row(i)[0] - logs.row(i)[k]);
    sum += std::log(static_cast<double>(k) * d) + (d - 1.0) * std::log(rho) +
           static_cast<double>(k - 1) * std::log(1.0 - std::pow(rho, d));
  }
  return sum;
}

TEST(MindMl, WholeNumberIsTheBestOfAll) {
  for (const double d : {0.3, 1.4, 4.5, 9.6}) {
    const LogDistances logs = simulated_neighbors(100, d, 11, 7);
    double best = 1.0;
    for (double whole = 2.0; whole <= 30.0; ++whole) {
      if (log_likelihood(logs, 10, whole) > log_likelihood(logs, 10, best)) best = whole;
    }
    EXPECT_EQ(mind_ml(logs, 10, MindVariant::mli)->value, best) << d;
  }
}

TEST(TwonnBayes, ByHand) {
  LogDistances logs(2);
  for (const double ratio : {0.3, 0.1, 0.4, 0.2}) logs.append(std::vector<double>{1.0, 1.0 + ratio});
  const auto estimate = twonn_bayes(logs, {2.0, 5.0});
  EXPECT_NEAR(estimate->value, 6.0 / 6.0, 1e-12);
  // Quantiles of Gamma(6, rate 6) by SciPy 1.10: stats.gamma.ppf([.025, .975], 6, scale=1/6).
  EXPECT_NEAR(estimate->analytic->interval.low, 0.3669824, 1e-6);
  EXPECT_NEAR(estimate->analytic->interval.high, 1.9447222, 1e-6);
  EXPECT_NEAR(estimate->analytic->std_error, 1.0 / std::sqrt(6.0), 1e-12);
}

TEST(TwonnBayes, RefusesPriorsThatAreNone) {
  EXPECT_THROW(twonn_bayes(from_distances({{1, 2}}), {0.0, 1.0}), UsageError);
  EXPECT_THROW(twonn_bayes(from_distances({{1, 2}}), {1.0, -1.0}), UsageError);
}

TEST(Binomial, ByHand) {
  // Of two inner neighbours each: 1 and 2 within half of the outer radius.
  const auto values = values_of(from_distances({{1, 3, 4}, {1, 2, 4}}), binomial_statistic(3, 0.5));
  EXPECT_NEAR(*values[0], std::log(0.75) / std::log(0.5), 1e-12);
  EXPECT_FALSE(values_of(from_distances({{3, 3, 4}}), binomial_statistic(3, 0.5))[0]);
}

TEST(Binomial, RecoversItsLaw) {
  const LogDistances logs = simulated_neighbors(3000, 7.0, 20, 5);
  EXPECT_NEAR(*values_of(logs, binomial_statistic(20, 0.8))[0], 7.0, 0.3);
  EXPECT_NEAR(*values_of(logs, binomial_statistic(20, 0.7))[0], 7.0, 0.3);
}

}  // namespace
}  // namespace fathom
