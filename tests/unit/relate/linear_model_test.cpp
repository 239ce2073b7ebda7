#include "fathom/relate/linear_model.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "fathom/core/error.h"

namespace fathom {
namespace {

/// Expected values below: NumPy in float64 from the defining matrix formulas, with SciPy's quantiles, which
/// are good to 1e-11 (SciPy 1.10 and Boost differ by that for t on 9 degrees of freedom).
RegressionData example() {
  const std::vector<double> x1{0.5, 1.2, 2.0, 2.9, 3.1, 4.4, 5.0, 5.7, 6.1, 7.3, 8.0, 9.5};
  const std::vector<double> x2{2, 1, 4, 3, 5, 2, 6, 4, 1, 7, 3, 5};
  RegressionData data;
  data.what = "example";
  data.response = {1.1, 2.3, 1.9, 3.8, 2.7, 5.1, 4.2, 6.6, 7.0, 5.9, 8.8, 9.1};
  data.terms = {intercept(12), {"x1", x1}, {"x2", x2}};
  data.cluster = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
  return data;
}

RegressionData with_cluster_effects() {
  RegressionData data = example();
  const std::array<double, 4> effects{1.5, -1.0, 0.5, -1.0};
  for (std::size_t i = 0; i < 12; ++i) data.response[i] += effects[data.cluster[i]];
  return data;
}

std::string reason_of(const RegressionData& data) {
  try {
    fit_linear_model(data);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(LinearModel, CoefficientsAndClassicalErrors) {
  const LinearModel model = fit_linear_model(example());
  const std::array<double, 3> estimates{1.5588959807663048, 1.0214124340868282, -0.39766103134493125};
  const std::array<double, 3> errors{0.2659584296273661, 0.04540611635278264, 0.06612214717321357};
  const std::array<double, 3> lows{0.9572562141934126, 0.9186966627471301, -0.5472397201886303};
  ASSERT_EQ(model.terms.size(), 3u);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(model.terms[j].estimate, estimates[j], 1e-12);
    EXPECT_NEAR(model.terms[j].classical.std_error, errors[j], 1e-12);
    EXPECT_NEAR(model.terms[j].classical.interval.low, lows[j], 1e-10);
    EXPECT_NEAR(model.terms[j].classical.interval.high, 2 * estimates[j] - lows[j], 1e-10);
  }
  EXPECT_EQ(model.terms[1].name, "x1");
  EXPECT_EQ(model.estimate("x2"), model.terms[2].estimate);
  EXPECT_THROW(model.estimate("x3"), InternalError);
}

/// Standard error, degrees of freedom, low end of the interval.
using Expected = std::array<double, 3>;

void expect_errors(const std::optional<AdjustedUncertainty>& found, double estimate,
                   const Expected& expected) {
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(found->std_error, expected[0], 1e-12);
  EXPECT_NEAR(found->degrees_of_freedom, expected[1], 1e-11);
  EXPECT_NEAR(found->interval.low, expected[2], 1e-9);
  EXPECT_NEAR(found->interval.high, 2 * estimate - expected[2], 1e-9);
}

/// From I - H itself, its blocks and their eigenvalues.
TEST(LinearModel, ErrorsByCluster) {
  const LinearModel model = fit_linear_model(example());
  const std::array<Expected, 3> expected{{{0.26477749153288122, 1.7801995558374371, 0.27364574971753775},
                                          {0.029425435381358913, 2.1045415212216518, 0.90064490460379298},
                                          {0.063648850555717507, 2.3901262095599138, -0.63284420526478791}}};
  EXPECT_EQ(model.clusters, 4u);
  for (std::size_t j = 0; j < 3; ++j) {
    expect_errors(model.terms[j].cluster, model.terms[j].estimate, expected[j]);
  }
}

TEST(LinearModel, ErrorsByClustersOfDifferentSizes) {
  RegressionData data = example();
  data.cluster = {5, 5, 2, 2, 2, 2, 2, 9, 9, 9, 4, 1};
  const LinearModel model = fit_linear_model(data);
  const std::array<Expected, 3> expected{{{0.15007256307229527, 1.8827939875449111, 0.87309443360072192},
                                          {0.027758660679766265, 3.2713161303347542, 0.93707566745359339},
                                          {0.02392788867734566, 1.5526288311982392, -0.53498749751500896}}};
  for (std::size_t j = 0; j < 3; ++j) {
    expect_errors(model.terms[j].cluster, model.terms[j].estimate, expected[j]);
  }
}

TEST(LinearModel, RobustErrorsAreThoseByClustersOfOneRow) {
  const LinearModel model = fit_linear_model(example());
  const std::array<Expected, 3> expected{{{0.19457597603799948, 4.6097712286280412, 1.045714997048246},
                                          {0.034323813937549484, 5.2612977400185761, 0.93448210982386293},
                                          {0.058460301023826003, 4.7842988821115089, -0.5499989131883456}}};
  for (std::size_t j = 0; j < 3; ++j) {
    expect_errors(model.terms[j].robust, model.terms[j].estimate, expected[j]);
  }
}

/// The mean of clusters of one size has the variance of their means, on one degree of freedom less than there
/// are clusters.
TEST(LinearModel, ErrorsOfTheMeanOfBalancedClusters) {
  RegressionData data = example();
  data.terms.resize(1);
  const LinearModel model = fit_linear_model(data);
  double mean = 0.0, squares = 0.0;
  std::array<double, 4> means{};
  for (std::size_t i = 0; i < 12; ++i) means[i / 3] += data.response[i] / 3;
  for (const double each : means) mean += each / 4;
  for (const double each : means) squares += (each - mean) * (each - mean);
  EXPECT_NEAR(model.terms[0].estimate, mean, 1e-14);
  ASSERT_TRUE(model.terms[0].cluster.has_value());
  EXPECT_NEAR(model.terms[0].cluster->std_error, std::sqrt(squares / 3 / 4), 1e-13);
  EXPECT_NEAR(model.terms[0].cluster->degrees_of_freedom, 3.0, 1e-12);
}

/// I - H is singular in the cluster that alone has the last term, whose error is thus not known; those of the
/// others are, and remain unbiased (the trace of their estimates is right).
TEST(LinearModel, NoErrorByClusterOfATermThatNeedsOneCluster) {
  RegressionData data = example();
  data.terms.push_back({"last", {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1}});
  const LinearModel model = fit_linear_model(data);
  expect_errors(model.terms[0].cluster, model.terms[0].estimate,
                {0.24414504242909138, 1.5019204990152688, -0.023040206220649839});
  expect_errors(model.terms[1].cluster, model.terms[1].estimate,
                {0.034185359764469216, 2.0082823844473578, 0.90796291483091141});
  expect_errors(model.terms[2].cluster, model.terms[2].estimate,
                {0.063517474664283272, 2.4448532394387539, -0.6190661267855615});
  EXPECT_FALSE(model.terms[3].cluster.has_value());
  EXPECT_FALSE(model.terms[3].jackknife.has_value());
  EXPECT_TRUE(model.terms[3].robust.has_value());
}

/// From the fits without each cluster themselves.
TEST(LinearModel, JackknifeErrors) {
  const RegressionData data = example();
  const LinearModel model = fit_linear_model(data);
  std::array<double, 3> sums{};
  for (std::size_t g = 0; g < 4; ++g) {
    RegressionData rest = data;
    for (std::size_t i = 12; i-- > 0;) {
      if (data.cluster[i] != g) continue;
      const auto at = static_cast<std::ptrdiff_t>(i);
      rest.response.erase(rest.response.begin() + at);
      rest.cluster.erase(rest.cluster.begin() + at);
      for (Regressor& term : rest.terms) term.values.erase(term.values.begin() + at);
    }
    const LinearModel without = fit_linear_model(rest);
    for (std::size_t j = 0; j < 3; ++j) {
      sums[j] += std::pow(without.terms[j].estimate - model.terms[j].estimate, 2);
    }
  }
  for (std::size_t j = 0; j < 3; ++j) {
    ASSERT_TRUE(model.terms[j].jackknife.has_value());
    EXPECT_NEAR(model.terms[j].jackknife->std_error, std::sqrt(0.75 * sums[j]), 1e-12);
  }
}

TEST(LinearModel, NoJackknifeWhereACoefficientNeedsOneCluster) {
  RegressionData data = example();
  data.terms[2].values = {1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const LinearModel model = fit_linear_model(data);
  EXPECT_FALSE(model.terms[1].jackknife.has_value());
  EXPECT_TRUE(model.terms[1].cluster.has_value());
}

TEST(LinearModel, EstimatesWithoutErrors) {
  const LinearModel whole = fit_linear_model(example()), model = fit_estimates(example());
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(model.terms[j].name, whole.terms[j].name);
    EXPECT_EQ(model.terms[j].estimate, whole.terms[j].estimate);
    EXPECT_TRUE(std::isnan(model.terms[j].classical.std_error));
    EXPECT_FALSE(model.terms[j].robust || model.terms[j].cluster || model.terms[j].jackknife);
  }
  EXPECT_EQ(model.r_squared, whole.r_squared);
  EXPECT_EQ(model.log_likelihood, whole.log_likelihood);
}

TEST(LinearModel, GoodnessOfFit) {
  const LinearModel model = fit_linear_model(example());
  EXPECT_NEAR(model.r_squared, 0.9830069001740784, 1e-13);
  EXPECT_NEAR(model.adjusted_r_squared, 0.9792306557683181, 1e-13);
  EXPECT_NEAR(model.sigma, 0.38357163914180364, 1e-13);
  EXPECT_NEAR(model.log_likelihood, -3.802423498286294, 1e-11);
  EXPECT_NEAR(model.aic, 13.604846996572588, 1e-11);
  EXPECT_NEAR(model.bic, 15.05956694593659, 1e-11);
}

TEST(LinearModel, PredictionOfOneMorePoint) {
  const std::array<double, 3> row{1.0, 5.0, 4.0};
  const Prediction one = predict(fit_linear_model(example()), row);
  EXPECT_NEAR(one.value, 5.07531402582072, 1e-12);
  EXPECT_NEAR(one.interval.low, 4.170355610235235, 1e-10);
  EXPECT_NEAR(one.interval.high, 5.980272441406206, 1e-10);
}

TEST(LinearModel, VarianceComponents) {
  const LinearModel without = fit_linear_model(example());
  ASSERT_TRUE(without.components.has_value());
  EXPECT_EQ(without.components->between, 0.0);  // the equations give -0.0375
  EXPECT_NEAR(without.components->within, without.sigma * without.sigma, 1e-15);
  const LinearModel model = fit_linear_model(with_cluster_effects());
  ASSERT_TRUE(model.components.has_value());
  EXPECT_NEAR(model.components->within, 0.1634251470534239, 1e-9);
  EXPECT_NEAR(model.components->between, 1.1523051556967916, 1e-9);
  const std::array<double, 3> row{1.0, 5.0, 4.0};
  const Prediction one = predict_new_cluster(model, row);
  EXPECT_NEAR(one.value, 4.961042075978091, 1e-11);
  EXPECT_NEAR(one.interval.low, -11.234752806603616, 1e-7);
  EXPECT_NEAR(one.interval.high, 21.1568369585598, 1e-7);
}

TEST(LinearModel, UnitsAndOffsetsChangeNothing) {
  RegressionData data = example();
  for (double& value : data.terms[1].values) value = 1e-4 * value;
  for (double& value : data.terms[2].values) value = 1e3 * value + 1e6;
  const LinearModel model = fit_linear_model(data);
  EXPECT_NEAR(model.terms[1].estimate * 1e-4, 1.0214124340868282, 1e-7);
  EXPECT_NEAR(model.terms[2].estimate * 1e3, -0.39766103134493125, 1e-7);
  EXPECT_NEAR(model.r_squared, 0.9830069001740784, 1e-9);
}

TEST(LinearModel, NoClusterErrorsOfOneCluster) {
  RegressionData data = example();
  data.cluster.assign(12, 7);
  const LinearModel model = fit_linear_model(data);
  EXPECT_EQ(model.clusters, 1u);
  EXPECT_FALSE(model.terms[1].cluster.has_value());
  EXPECT_FALSE(model.components.has_value());
  data.cluster.clear();
  EXPECT_EQ(fit_linear_model(data).clusters, 0u);
}

TEST(LinearModel, NestedModels) {
  RegressionData data = example();
  const LinearModel full = fit_linear_model(data);
  data.terms.pop_back();
  const LinearModel reduced = fit_linear_model(data);
  const NestedTest test = likelihood_ratio_test(full, reduced);
  EXPECT_NEAR(test.likelihood_ratio, 19.358141436502734, 1e-10);
  EXPECT_EQ(test.degrees_of_freedom, 1u);
  EXPECT_NEAR(test.p_value, 1.0835628684975063e-05, 1e-15);
  EXPECT_NEAR(test.delta_aic, 2.0 - 19.358141436502734, 1e-10);
  EXPECT_NEAR(test.delta_bic, std::log(12.0) - 19.358141436502734, 1e-10);
}

TEST(LinearModel, CollinearTermsAreNamed) {
  RegressionData data = example();
  Regressor sum{"sum", {}};
  for (std::size_t i = 0; i < 12; ++i) {
    sum.values.push_back(data.terms[1].values[i] + 2.0 * data.terms[2].values[i]);
  }
  data.terms.push_back({"noise", {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8}});
  data.terms.push_back(sum);
  const std::string reason = reason_of(data);
  for (const char* name : {"example", "sum", "x1", "x2"})
    EXPECT_NE(reason.find(name), std::string::npos) << reason;
  for (const char* name : {"noise", "intercept"}) EXPECT_EQ(reason.find(name), std::string::npos) << reason;
}

TEST(LinearModel, ConstantTermIsCollinearWithTheIntercept) {
  RegressionData data = example();
  data.terms[1].values.assign(12, 17.3);
  const std::string reason = reason_of(data);
  EXPECT_NE(reason.find("x1"), std::string::npos);
  EXPECT_NE(reason.find("intercept"), std::string::npos);
  EXPECT_EQ(reason.find("x2"), std::string::npos);
}

TEST(LinearModel, TooFewPointsAndValuesThatAreNotFinite) {
  RegressionData data = example();
  data.response.resize(3);
  data.cluster.resize(3);
  for (Regressor& term : data.terms) term.values.resize(3);
  EXPECT_NE(reason_of(data).find("3 points are too few for 3 coefficients"), std::string::npos);
  data = example();
  data.terms[2].values[4] = std::nan("");
  EXPECT_NE(reason_of(data).find("x2 has a value that is not finite"), std::string::npos);
}

TEST(LinearModel, ConstantResponseHasNoShareExplained) {
  RegressionData data = example();
  data.response.assign(12, 0.3);
  EXPECT_TRUE(std::isnan(fit_linear_model(data).r_squared));
}

TEST(LinearModel, LeverageOfOneLeavesTheRobustErrorUndefined) {
  RegressionData data = example();
  data.terms.push_back({"only the first", {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
  const LinearModel model = fit_linear_model(data);
  EXPECT_FALSE(model.terms[3].robust.has_value());
  EXPECT_TRUE(std::isfinite(model.terms[3].classical.std_error));
  // That point has no part in the other slopes.
  RegressionData rest = example();
  rest.response.erase(rest.response.begin());
  rest.cluster.clear();
  for (Regressor& term : rest.terms) term.values.erase(term.values.begin());
  const AdjustedUncertainty &found = model.terms[1].robust.value(),
                            expected = fit_linear_model(rest).terms[1].robust.value();
  EXPECT_NEAR(found.std_error, expected.std_error, 1e-12);
  EXPECT_NEAR(found.degrees_of_freedom, expected.degrees_of_freedom, 1e-9);
}

}  // namespace
}  // namespace fathom
