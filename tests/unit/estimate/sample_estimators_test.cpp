// Estimators that need more than distances: by brute force, by hand, and on data of known dimension.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "estimate/counts_within.h"
#include "estimate/half_errors.h"
#include "fathom/core/error.h"
#include "fathom/estimate/danco.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/fishers.h"
#include "fathom/estimate/lpca.h"
#include "fathom/neighbors/pair_scan.h"
#include "unit/estimate/simulated_neighbors.h"

namespace fathom {
namespace {

Matrix<double> normal_points(std::size_t points, std::size_t dimension, std::size_t components,
                             std::uint64_t seed) {
  Generator generator = make_generator(seed);
  Matrix<double> matrix(points, components);
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t c = 0; c < dimension; ++c) matrix.row(i)[c] = standard_normal(generator);
  }
  return matrix;
}

EstimatorSettings settings(unsigned threads = 2) {
  EstimatorSettings chosen;
  chosen.threads = threads;
  chosen.simd = best_simd_level();
  return chosen;
}

DimensionEstimates run(Matrix<double> matrix, const std::vector<std::string>& names,
                       const EstimatorSettings& chosen = settings()) {
  RowMatrix rows;
  rows.stored = std::move(matrix);
  return estimate_dimension(rows, names, chosen);
}

const DimensionEstimate& find(const DimensionEstimates& estimates, const std::string& estimator,
                              const std::string& variant) {
  for (const DimensionEstimate& one : estimates.estimates) {
    if (one.estimator == estimator && one.variant == variant) return one;
  }
  throw std::out_of_range(estimator + " " + variant);
}

TEST(Registry, NamesAreUniqueAndEachEstimatorRunsInOneWay) {
  std::set<std::string> names;
  for (const Estimator& estimator : all_estimators()) {
    EXPECT_TRUE(names.insert(estimator.name).second) << estimator.name;
    EXPECT_FALSE(estimator.from_distances && estimator.from_sample) << estimator.name;
    EXPECT_TRUE(estimator.from_distances || estimator.from_sample || estimator.from_neighborhoods)
        << estimator.name;
    EXPECT_NE(estimator.neighbors({}), 1u) << estimator.name;
  }
}

TEST(Registry, ChoosesByNameInItsOwnOrder) {
  const std::vector<std::string> names{"mom", "mle"};
  const auto chosen = chosen_estimators(names);
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0]->name, "mle");
  EXPECT_EQ(chosen_estimators(std::vector<std::string>{"mle", "all"}).size(), all_estimators().size());
  EXPECT_THROW(chosen_estimators(std::vector<std::string>{"nonsense"}), UsageError);
}

TEST(Registry, SmallDataSkipWhatNeedsMoreAndSayHowMuch) {
  const DimensionEstimates estimates = run(normal_points(60, 3, 3, 1), {"mle", "mom", "ess"});
  EXPECT_NO_THROW(find(estimates, "mle", "pooled"));
  ASSERT_EQ(estimates.skipped.size(), 2u);
  EXPECT_EQ(estimates.skipped[0].reason, "needs at least 101 distinct points, and there are 60");
}

TEST(Registry, ResultsDoNotDependOnThreads) {
  const std::vector<std::string> names{"all"};
  EstimatorSettings local = settings(1);
  local.local = true;
  const DimensionEstimates one = run(normal_points(300, 4, 6, 2), names, local);
  local.threads = 3;
  const DimensionEstimates three = run(normal_points(300, 4, 6, 2), names, local);
  ASSERT_EQ(one.estimates.size(), three.estimates.size());
  for (std::size_t i = 0; i < one.estimates.size(); ++i) {
    const DimensionEstimate &a = one.estimates[i], &b = three.estimates[i];
    EXPECT_EQ(a.value, b.value) << a.estimator << " " << a.variant;
    ASSERT_EQ(a.uncertainty.has_value(), b.uncertainty.has_value());
    if (a.uncertainty) {
      EXPECT_EQ(a.uncertainty->std_error, b.uncertainty->std_error) << a.estimator;
    }
    ASSERT_EQ(a.local.size(), b.local.size());
    for (std::size_t j = 0; j < a.local.size(); ++j) {
      EXPECT_TRUE(a.local[j] == b.local[j] || (std::isnan(a.local[j]) && std::isnan(b.local[j])));
    }
  }
}

TEST(Registry, UnitsChangeNothing) {
  Matrix<double> points = normal_points(250, 3, 5, 3), larger = normal_points(250, 3, 5, 3);
  for (std::size_t i = 0; i < larger.rows(); ++i) {
    for (double& value : larger.row(i)) value = value * 1024.0 + 3.0;
  }
  EstimatorSettings plain = settings();
  plain.intervals = false;
  const DimensionEstimates a = run(points, {"all"}, plain), b = run(larger, {"all"}, plain);
  ASSERT_EQ(a.estimates.size(), b.estimates.size());
  for (std::size_t i = 0; i < a.estimates.size(); ++i) {
    EXPECT_NEAR(a.estimates[i].value, b.estimates[i].value, 1e-6 * a.estimates[i].value)
        << a.estimates[i].estimator << " " << a.estimates[i].variant;
  }
}

TEST(Registry, IntervalsChangeNoValue) {
  EstimatorSettings plain = settings();
  plain.intervals = false;
  const std::vector<std::string> names{"geomle", "abide", "binomial", "corrint"};
  const DimensionEstimates with = run(normal_points(400, 4, 6, 9), names),
                           without = run(normal_points(400, 4, 6, 9), names, plain);
  ASSERT_EQ(with.estimates.size(), without.estimates.size());
  for (std::size_t i = 0; i < with.estimates.size(); ++i) {
    EXPECT_EQ(with.estimates[i].value, without.estimates[i].value) << with.estimates[i].estimator;
  }
}

TEST(Registry, LocalValuesStandForThePoints) {
  EstimatorSettings local = settings();
  local.local = true;
  local.intervals = false;
  const DimensionEstimates estimates = run(normal_points(150, 2, 2, 4), {"mle", "tle", "ess"}, local);
  const DimensionEstimate& mean = find(estimates, "mle", "mean");
  ASSERT_EQ(mean.local.size(), 150u);
  EXPECT_NEAR(moments(mean.local).mean, mean.value, 1e-12 * mean.value);
  EXPECT_NEAR(moments(find(estimates, "tle", "mean").local).mean, find(estimates, "tle", "mean").value,
              1e-12);
}

TEST(PartOfSample, HasTheListedNeighboursThatAreInIt) {
  RowMatrix matrix;
  matrix.stored = Matrix<double>(5, 1);
  const std::vector<std::uint32_t> rows{0, 1, 2, 3, 4};
  NeighborTable table(5, 3);
  LogDistances logs(3);
  const std::vector<std::vector<std::uint32_t>> lists{{1, 2, 3}, {0, 2, 3}, {1, 3, 0}, {2, 4, 1}, {3, 2, 1}};
  for (std::uint32_t i = 0; i < 5; ++i) {
    std::vector<SquaredDistance> squared;
    std::vector<ImageIndex> index;
    std::vector<double> row;
    for (std::size_t j = 0; j < 3; ++j) {
      squared.push_back({static_cast<double>(10 * i + j)});
      index.push_back(ImageIndex{lists[i][j]});
      row.push_back(static_cast<double>(100 * i + j));
    }
    table.set_row(i, squared, index);
    logs.append(row);
  }
  const std::vector<std::uint32_t> points{1, 3, 4};
  const PartOfSample part({matrix, rows, table, logs}, points, 2);
  const Sample sample = part.sample();
  EXPECT_EQ(sample.points(), 3u);
  EXPECT_EQ(sample.rows[1], 3u);
  ASSERT_EQ(sample.neighbors.found(0), 1u);  // of 0, 2, 3 the last
  EXPECT_EQ(number(sample.neighbors.index(0)[0]), 1u);
  EXPECT_EQ(sample.neighbors.squared(0)[0].value, 12.0);
  EXPECT_EQ(sample.distances.row(0)[0], 102.0);
  ASSERT_EQ(sample.neighbors.found(1), 2u);  // 4 and 1
  EXPECT_EQ(number(sample.neighbors.index(1)[0]), 2u);
  EXPECT_EQ(number(sample.neighbors.index(1)[1]), 0u);
}

/// A dense cluster, whose points have more neighbours within the radius than are listed, and a loose one.
TEST(CountsWithin, AgreesWithAllPairs) {
  Matrix<double> points = normal_points(120, 2, 2, 5);
  for (std::size_t i = 0; i < 60; ++i) {
    for (double& value : points.row(i)) value *= 0.01;
  }
  const std::array<Distance, 2> radii{Distance{0.05}, Distance{0.4}};
  RowMatrix matrix;
  matrix.stored = points;
  std::vector<std::uint32_t> order(120);
  for (std::uint32_t i = 0; i < 120; ++i) order[i] = i;
  for (const bool grouped : {false, true}) {
    std::vector<std::uint32_t> groups;
    for (std::uint32_t i = 0; grouped && i < 120; ++i) groups.push_back(i % 4);
    PairScan scan(matrix, order, {2, best_simd_level()});
    NearestNeighbors nearest(scan, 10, groups);
    Collector* collectors[] = {&nearest};
    const std::uint32_t prefix[] = {120};
    scan.run(collectors, prefix, no_progress());
    const NeighborTable table = nearest.take_table(scan);
    const LogDistances logs = log_distances(table);
    const auto counts = counts_within({matrix, order, table, logs, groups}, radii, settings(), no_progress());
    for (std::size_t i = 0; i < 120; ++i) {
      std::array<std::uint32_t, 2> expected{};
      for (std::size_t j = 0; j < 120; ++j) {
        if (i == j || (grouped && i % 4 == j % 4)) continue;
        const double distance =
            std::hypot(points.row(i)[0] - points.row(j)[0], points.row(i)[1] - points.row(j)[1]);
        for (std::size_t r = 0; r < 2; ++r) expected[r] += distance < radii[r].value ? 1 : 0;
      }
      EXPECT_EQ(counts[i][0], expected[0]) << i;
      EXPECT_EQ(counts[i][1], expected[1]) << i;
    }
  }
}

/// One pass over the points, against estimates of every half as a sample of its own.
TEST(LocalMeans, HalvesAreSamplesOfTheirOwn) {
  RowMatrix matrix;
  matrix.stored = normal_points(260, 4, 7, 8);
  std::vector<std::uint32_t> rows(260);
  std::iota(rows.begin(), rows.end(), 0u);
  PairScan scan(matrix, rows, {2, best_simd_level()});
  NearestNeighbors nearest(scan, 259);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefix[] = {260};
  scan.run(collectors, prefix, no_progress());
  const NeighborTable table = nearest.take_table(scan);
  const LogDistances logs = log_distances(table);
  const Sample sample{matrix, rows, table, logs};
  const std::vector<std::string> names{"tle", "ess"};
  const auto chosen = chosen_estimators(names);
  const DimensionEstimates found = run_estimators(chosen, sample, settings());
  EstimatorSettings of_half = settings();
  of_half.intervals = false;
  const auto values = [&](const Sample& half) {
    std::vector<std::optional<double>> all;
    for (const DimensionEstimate& one : run_estimators(chosen, half, of_half).estimates)
      all.push_back(one.value);
    return all;
  };
  const auto errors = half_errors(sample, 100, 3, settings(), values, no_progress());
  ASSERT_EQ(found.estimates.size(), 3u);
  for (std::size_t v = 0; v < 3; ++v) {
    const DimensionEstimate& one = found.estimates[v];
    EXPECT_EQ(one.interval_method, "split_halves");
    EXPECT_NEAR(one.uncertainty->std_error, one.value * *errors[v], 1e-9 * one.value) << one.variant;
  }
}

/// Estimators of the whole look at no neighbours: the same values with a scan and without, and the same
/// refusal of what a scan refuses.
TEST(EstimateDimension, NeedsNoScanForTheWhole) {
  EstimatorSettings whole = settings();
  whole.neighborhoods = false;
  const std::vector<std::string> names{"lpca", "participation_ratio", "fishers"};
  const DimensionEstimates alone = run(normal_points(300, 4, 6, 9), names, whole);
  const DimensionEstimates beside = run(normal_points(300, 4, 6, 9), {"all"});
  for (const DimensionEstimate& one : alone.estimates) {
    EXPECT_EQ(one.variant.find("local_"), std::string::npos);
    EXPECT_EQ(one.value, find(beside, one.estimator, one.variant).value) << one.variant;
  }
  EXPECT_GE(alone.estimates.size(), 8u);
  Matrix<double> harmed = normal_points(50, 3, 3, 1);
  harmed.row(20)[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(run(std::move(harmed), names, whole), InputError);
}

TEST(Pca, RulesByHand) {
  // 16, 4, 2, 1, 1: sum 24, squares 278; 0.95 of the sum is 22.8, passed by all 4 + 1.
  const std::array<double, 5> spectrum{16, 4, 2, 1, 1};
  const auto found = pca_dimensions(spectrum, 5);
  EXPECT_EQ(found[0], 5.0);                     // fo: above 0.8
  EXPECT_EQ(found[1], 2.0);                     // fan: of 15, 3, 1, 0 the first has 15/19, below 0.8
  EXPECT_EQ(found[2], 1.0);                     // maxgap: 4, 2, 2, 1
  EXPECT_EQ(found[3], 4.0);                     // ratio: 23 / 24
  EXPECT_NEAR(found[4], 576.0 / 278.0, 1e-12);  // participation ratio
  EXPECT_EQ(found[5], 1.0);                     // kaiser: above 4.8
  EXPECT_EQ(found[6], 1.0);                     // broken stick: 0.667 > 0.457, 0.167 < 0.257
}

TEST(Pca, RulesOfOneComponent) {
  const std::array<double, 1> spectrum{3};
  for (const double value : pca_dimensions(spectrum, 4)) EXPECT_EQ(value, 1.0);
}

TEST(Pca, ManyComponentsGoByProductsOfPoints) {
  const DimensionEstimates estimates = run(normal_points(150, 3, 400, 6), {"lpca", "participation_ratio"});
  EXPECT_EQ(find(estimates, "lpca", "fo").value, 3.0);
  EXPECT_NEAR(find(estimates, "lpca", "local_fo").value, 3.0, 1e-9);
  EXPECT_NEAR(find(estimates, "participation_ratio", "corrected").value, 3.0, 0.1);
}

/// 60 normal points of 40 equal variances: the plain ratio is near n d / (n + d).
TEST(ParticipationRatio, CorrectionHoldsForFewPoints) {
  std::vector<double> plain, corrected;
  double error = 0.0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const DimensionEstimates estimates = run(normal_points(60, 40, 40, 100 + seed), {"participation_ratio"});
    plain.push_back(find(estimates, "participation_ratio", "as_published").value);
    corrected.push_back(find(estimates, "participation_ratio", "corrected").value);
    error += find(estimates, "participation_ratio", "as_published").analytic->std_error / 60;
  }
  EXPECT_NEAR(moments(plain).mean, 60.0 * 40.0 / 100.0, 0.5);
  EXPECT_NEAR(moments(corrected).mean, 40.0, 4.0 * moments(corrected).sd / std::sqrt(60.0) + 0.4);
  EXPECT_GT(error, 0.0);
}

Matrix<double> ball(std::size_t points, std::size_t dimension, std::uint64_t seed) {
  Matrix<double> matrix = normal_points(points, dimension, dimension, seed);
  Generator generator = make_generator(seed, 1);
  for (std::size_t i = 0; i < points; ++i) {
    double norm = 0.0;
    for (const double value : matrix.row(i)) norm += value * value;
    const double radius = std::pow(uniform_unit(generator), 1.0 / static_cast<double>(dimension));
    for (double& value : matrix.row(i)) value *= radius / std::sqrt(norm);
  }
  return matrix;
}

/// The boundary pulls MLE down, which grows with the radius.
TEST(GeoMle, TakesOffBiasThatGrowsWithTheRadius) {
  EstimatorSettings plain = settings();
  plain.intervals = false;
  for (const std::size_t d : {3, 8}) {
    const auto dimension = static_cast<double>(d);
    const DimensionEstimates estimates = run(ball(1500, d, 11), {"mle", "geomle"}, plain);
    const double geomle = find(estimates, "geomle", "intercept").value;
    EXPECT_NEAR(geomle, dimension, 0.1 * dimension);
    if (d == 3) continue;
    EXPECT_LT(std::abs(geomle - dimension), std::abs(find(estimates, "mle", "pooled").value - dimension));
  }
}

TEST(Danco, FindsTheBallThatThePointsAreFrom) {
  EstimatorSettings plain = settings();
  plain.intervals = false;
  for (const std::size_t d : {1, 2, 9}) {
    const Matrix<double> inside = ball(1000, d, 12);
    Matrix<double> points(1000, d + 4);
    for (std::size_t i = 0; i < 1000; ++i) std::ranges::copy(inside.row(i), points.row(i).begin());
    const DimensionEstimates estimates = run(std::move(points), {"danco"}, plain);
    EXPECT_EQ(find(estimates, "danco", "whole").value, static_cast<double>(d));
    EXPECT_NEAR(find(estimates, "danco", "fractal").value, static_cast<double>(d), 0.5);
  }
}

/// Of samples and balls that are drawn anew, the estimates spread as their intervals say: by the chance of
/// both. Without the balls' own chance the ratio of danco is 0.74.
TEST(Danco, IntervalsHoldTheChanceOfTheBallsToo) {
  constexpr std::size_t samples = 24, n = 250, d = 3;
  for (const std::string name : {"danco", "mind_kl"}) {
    double sum = 0.0, squares = 0.0, claimed = 0.0;
    for (std::size_t s = 0; s < samples; ++s) {
      Matrix<double> points(n, 2 * d);
      const Matrix<double> inside = ball(n, d, 100 + s);
      for (std::size_t i = 0; i < n; ++i) std::ranges::copy(inside.row(i), points.row(i).begin());
      EstimatorSettings chosen = settings();
      chosen.seed = s;
      const DimensionEstimates estimates = run(std::move(points), {name}, chosen);
      const DimensionEstimate& one = find(estimates, name, "fractal");
      sum += std::log(one.value);
      squares += std::log(one.value) * std::log(one.value);
      claimed += std::pow(one.uncertainty->std_error / one.value, 2);
    }
    const double variance = (squares - sum * sum / samples) / (samples - 1);
    const double ratio = std::sqrt(claimed / samples / variance);
    EXPECT_GT(ratio, 0.8) << name;
    EXPECT_LT(ratio, 1.4) << name;
  }
}

TEST(Danco, IsAtMostTheNumberOfComponents) {
  EstimatorSettings plain = settings();
  plain.intervals = false;
  const DimensionEstimates estimates = run(normal_points(500, 3, 3, 13), {"danco"}, plain);
  EXPECT_LE(find(estimates, "danco", "fractal").value, 3.0);
}

/// SciPy 1.10: quad of g(r, a) log(g(r, a) / g(r, b)).
TEST(Danco, DivergencesAreThoseOfQuadrature) {
  EXPECT_NEAR(ratio_divergence(5, 6, 10), 0.09845618621861449, 1e-9);
  EXPECT_NEAR(ratio_divergence(5, 4, 10), 0.14363091262212005, 1e-9);
  EXPECT_NEAR(ratio_divergence(12, 20, 10), 0.7902076448255346, 1e-9);
  EXPECT_NEAR(ratio_divergence(3, 3, 4), 0.0, 1e-12);
  EXPECT_NEAR(von_mises_divergence(0.5, 2.0, 0.9, 3.0), 0.22878433609542362, 1e-9);
  EXPECT_NEAR(von_mises_divergence(1.4, 700.0, 1.5, 900.0), 4.5102497822399386, 1e-6);
}

TEST(FisherS, InvertsTheShareOfItsOwnLaw) {
  for (const double d : {1.5, 6.0, 30.0}) {
    for (const double a : {0.6, 0.8}) {
      const double p = std::pow(1.0 - a * a, (d - 1.0) / 2.0) / (a * std::sqrt(2.0 * M_PI * d));
      EXPECT_NEAR(fishers_dimension(p, a), d, 1e-9 * d);
    }
  }
}

TEST(FisherS, FindsTheDimensionOfNormalPoints) {
  const DimensionEstimate found =
      find(run(normal_points(1500, 8, 12, 7), {"fishers"}), "fishers", "condition_10");
  EXPECT_NEAR(found.value, 8.0, 0.4);
  EXPECT_GT(*found.largest, 30.0);
}

/// Spread over seeds against the error that each says.
void check_errors(const std::string& estimator, const std::string& variant, std::array<double, 3> scales) {
  std::vector<double> values;
  double error = 0.0;
  constexpr std::size_t seeds = 40;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Matrix<double> points = normal_points(250, 3, 3, 1000 + seed);
    for (std::size_t i = 0; i < points.rows(); ++i) {
      for (std::size_t c = 0; c < 3; ++c) points.row(i)[c] *= scales[c];
    }
    const DimensionEstimates estimates = run(std::move(points), {estimator});
    const DimensionEstimate& one = find(estimates, estimator, variant);
    values.push_back(one.value);
    error += one.uncertainty->std_error / seeds;
  }
  // The standard deviation of 40 values has a relative error of 11 %; three of those.
  EXPECT_NEAR(error, moments(values).sd, 0.33 * moments(values).sd) << estimator;
}

TEST(SampleEstimators, ErrorsAreTheSpreadOfEstimates) {
  check_errors("corrint", "two_radii", {1, 1, 1});
  check_errors("tle", "mean", {1, 1, 1});
  check_errors("participation_ratio", "corrected", {3, 2, 1});
  check_errors("fishers", "condition_10", {1, 1, 1});
}

TEST(EstimateDimension, Refusals) {
  EXPECT_THROW(run(Matrix<double>(10, 2), {"mle"}), InputError);
  EstimatorSettings few = settings();
  few.k = 2;
  EXPECT_THROW(run(normal_points(50, 2, 2, 1), {"mle"}, few), UsageError);
}

}  // namespace
}  // namespace fathom
