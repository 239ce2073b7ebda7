// ABIDE, Hidalgo and the likelihood with noise: against brute force, numbers of SciPy and mpmath, and known
// truth.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "estimate/count_validation.h"
#include "estimate/kummer.h"
#include "estimate/mixture_chain.h"
#include "fathom/core/error.h"
#include "fathom/estimate/abide.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/hidalgo.h"
#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

using Points = std::vector<std::vector<double>>;

EstimatorSettings settings(bool local = false) {
  EstimatorSettings chosen;
  chosen.threads = 2;
  chosen.simd = best_simd_level();
  chosen.local = local;
  return chosen;
}

DimensionEstimates run(const Points& points, const std::vector<std::string>& names,
                       const EstimatorSettings& chosen = settings()) {
  Matrix<double> matrix(points.size(), points.front().size());
  for (std::size_t i = 0; i < points.size(); ++i) std::ranges::copy(points[i], matrix.row(i).begin());
  RowMatrix rows;
  rows.stored = std::move(matrix);
  return estimate_dimension(rows, names, chosen);
}

/// Uniform in the cube of `dimension`, from `offset` on along every component, and noise on all components.
void add_cube(Points& points, std::size_t count, std::size_t dimension, std::size_t components, double offset,
              double noise, std::uint64_t seed) {
  Generator generator = make_generator(seed, 5);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> point(components, offset);
    for (std::size_t c = 0; c < dimension; ++c) point[c] += uniform_unit(generator);
    for (double& value : point) value += noise * standard_normal(generator);
    points.push_back(point);
  }
}

/// A flat torus as a sample; its rows hold nothing.
struct TorusSample {
  TorusSample(std::size_t points, std::size_t d, std::size_t k, std::uint64_t seed)
      : table(flat_torus(points, d, k, seed)), logs(log_distances(table)), rows(points) {
    std::iota(rows.begin(), rows.end(), 0u);
  }
  Sample sample() const { return {matrix, rows, table, logs}; }

  RowMatrix matrix;
  NeighborTable table;
  LogDistances logs;
  std::vector<std::uint32_t> rows;
};

DimensionEstimate only(const EstimateResult& result) {
  if (const auto* refusal = std::get_if<Refusal>(&result)) throw std::runtime_error(refusal->reason);
  return std::get<std::vector<DimensionEstimate>>(result).at(0);
}

TEST(CountValidation, NumbersOfNumpy) {
  // By sums over scipy.stats.binom.pmf and numpy.linalg.eigh.
  const std::vector<std::uint32_t> inner{2, 0, 4, 5, 1, 3, 2, 6, 1, 2, 0, 5, 3, 4, 2, 2, 1, 7, 3, 2},
      outer{9, 9, 19, 19, 9, 14, 9, 19, 9, 14, 9, 14, 14, 19, 9, 9, 9, 19, 14, 9};
  EXPECT_NEAR(*binomial_p_value(inner, outer), 0.24127058749, 1e-9);
}

std::vector<std::uint32_t> draw_counts(std::span<const std::uint32_t> outer, double spread,
                                       Generator& generator) {
  std::vector<std::uint32_t> inner;
  for (const std::uint32_t trials : outer) {
    const double p = uniform_unit(generator) < 0.5 ? 0.2 - spread : 0.2 + spread;
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < trials; ++i) count += uniform_unit(generator) < p ? 1 : 0;
    inner.push_back(count);
  }
  return inner;
}

TEST(CountValidation, IsUniformUnderItsLawAndSmallBesideIt) {
  Generator generator = make_generator(3);
  std::vector<std::uint32_t> outer;
  for (std::uint32_t i = 0; i < 200; ++i) outer.push_back(i % 3 == 0 ? 7 : 20 * (i % 3) - 5);
  int below_twentieth = 0, below_half = 0, found = 0;
  constexpr int samples = 200;
  for (int sample = 0; sample < samples; ++sample) {
    const double p = *binomial_p_value(draw_counts(outer, 0.0, generator), outer);
    below_twentieth += p < 0.05 ? 1 : 0;
    below_half += p < 0.5 ? 1 : 0;
    found += *binomial_p_value(draw_counts(outer, 0.12, generator), outer) < 0.01 ? 1 : 0;
  }
  EXPECT_NEAR(below_twentieth, 10, 10);  // three standard deviations are 9
  EXPECT_NEAR(below_half, 100, 22);
  EXPECT_GT(found, samples * 9 / 10);
}

TEST(CountValidation, SaysNothingWhereThereIsNothingToTest) {
  const std::vector<std::uint32_t> outer(12, 5), few(9, 5);
  EXPECT_FALSE(binomial_p_value(std::vector<std::uint32_t>(12, 0), outer));
  EXPECT_FALSE(binomial_p_value(outer, outer));
  EXPECT_FALSE(binomial_p_value(std::vector<std::uint32_t>(9, 2), few));
}

/// From volumes, as the likelihoods of one and of two densities give it.
std::uint32_t neighbors_by_volumes(const Sample& sample, std::size_t i, double d) {
  for (std::size_t k = 3; k < sample.neighbors.k() && k <= 99; ++k) {
    const std::size_t j = number(sample.neighbors.index(i)[k]);
    const double a = std::exp(d * sample.distances.row(i)[k - 1]),
                 b = std::exp(d * sample.distances.row(j)[k - 1]);
    const double ratio =
        -2.0 * static_cast<double>(k) * (std::log(a) + std::log(b) - 2.0 * std::log(a + b) + std::log(4.0));
    if (ratio >= 6.634896601021213) return static_cast<std::uint32_t>(std::max<std::size_t>(k - 1, 3));
  }
  return static_cast<std::uint32_t>(std::min<std::size_t>(sample.neighbors.k() - 1, 99));
}

TEST(Abide, NeighbourhoodsAreThoseOfTheLikelihoodRatio) {
  for (const std::size_t listed : {40u, 120u}) {
    const TorusSample torus(300, 3, listed, 1);
    for (const double d : {3.0, 7.5}) {
      const std::vector<std::uint32_t> found = adaptive_neighbors(torus.sample(), d, 2);
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(found[i], neighbors_by_volumes(torus.sample(), i, d)) << i;
      }
    }
  }
}

TEST(Abide, RecoversUniformDataAndItsOwnLaw) {
  const TorusSample torus(1000, 4, 100, 2);
  EstimatorSettings chosen = settings();
  chosen.intervals = false;
  const DimensionEstimate found = only(abide_estimator().from_sample(torus.sample(), chosen, no_progress()));
  EXPECT_NEAR(found.value, 4.0, 0.15);
  EXPECT_GT(found.k_star->mean, 60.0);
  EXPECT_GT(found.k_star->at_limit, 0.4);
  EXPECT_EQ(found.k_star->largest, 99u);
  EXPECT_EQ(found.interval_method, "analytic");
  ASSERT_TRUE(found.p_value);
}

TEST(Abide, StandsAtItsFixedPoint) {
  Points points;
  add_cube(points, 400, 3, 5, 0.0, 0.0, 4);
  const DimensionEstimate found = run(points, {"abide"}, settings(true)).estimates.at(0);
  ASSERT_EQ(found.point_values.at(0).name, "k_star");
  EXPECT_EQ(found.interval_method, "split_halves");
  // Counted anew: the share of neighbours within tau of the outer radius is 0.2032 at the fixed point.
  double inner = 0.0, outer = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<double> distances;
    for (std::size_t j = 0; j < points.size(); ++j) {
      double sum = 0.0;
      for (std::size_t c = 0; c < 5; ++c) sum += std::pow(points[i][c] - points[j][c], 2);
      if (i != j) distances.push_back(std::sqrt(sum));
    }
    std::ranges::sort(distances);
    const auto k = static_cast<std::size_t>(found.point_values[0].values[i]);
    const double within = distances[k - 1] * std::pow(0.2032, 1.0 / found.value);
    for (std::size_t j = 0; j + 1 < k; ++j) inner += distances[j] <= within ? 1.0 : 0.0;
    outer += static_cast<double>(k - 1);
  }
  EXPECT_NEAR(inner / outer, 0.2032, 2e-3);
  const double mean =
      std::accumulate(found.point_values[0].values.begin(), found.point_values[0].values.end(), 0.0) /
      static_cast<double>(points.size());
  EXPECT_NEAR(found.k_star->mean, mean, 1e-9);
}

TEST(Abide, TakesSmallerNeighbourhoodsWhereTheDensityChanges) {
  Points flat, steep;
  add_cube(flat, 800, 2, 2, 0.0, 0.0, 6);
  Generator generator = make_generator(7);
  for (std::size_t i = 0; i < 800; ++i) {
    steep.push_back({std::exp(1.5 * standard_normal(generator)), std::exp(1.5 * standard_normal(generator))});
  }
  const double of_flat = run(flat, {"abide"}).estimates.at(0).k_star->mean;
  const DimensionEstimate of_steep = run(steep, {"abide"}).estimates.at(0);
  EXPECT_LT(of_steep.k_star->mean, 0.7 * of_flat);
  EXPECT_NEAR(of_steep.value, 2.0, 0.25);
}

/// The joint density of the definition card, with every product written out.
double joint(const MixtureData& data, const std::vector<std::vector<std::uint32_t>>& neighbors,
             std::span<const double> d, std::span<const double> p, std::span<const std::uint32_t> z) {
  const auto choose = [](double from, int count) {
    double ways = 1.0;
    for (int i = 0; i < count; ++i) ways *= (from - i) / (i + 1);
    return from < count ? 0.0 : ways;
  };
  const double points = static_cast<double>(z.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double size = static_cast<double>(std::ranges::count(z, z[i]));
    double norm = 0.0;
    for (int n = 0; n <= 3; ++n) {
      norm += choose(size - 1, n) * choose(points - size, 3 - n) * std::pow(0.8, n) * std::pow(0.2, 3 - n);
    }
    const auto own = std::ranges::count_if(neighbors[i], [&](std::uint32_t j) { return z[j] == z[i]; });
    sum += std::log(p[z[i]] * d[z[i]]) - (d[z[i]] + 1.0) * data.log_ratios[i];
    sum += static_cast<double>(own) * std::log(0.8) + static_cast<double>(3 - own) * std::log(0.2) -
           std::log(norm);
  }
  for (const double one : d) sum -= one / data.prior_dimension;
  return sum;
}

TEST(Hidalgo, DrawsFromTheConditionalsOfTheJointDensity) {
  Generator generator = make_generator(8);
  constexpr std::uint32_t points = 14;
  MixtureData data{{}, {}, 3, 3, 2.5};
  data.links.resize(points);
  std::vector<std::vector<std::uint32_t>> neighbors(points);
  for (std::uint32_t i = 0; i < points; ++i) {
    data.log_ratios.push_back(uniform_unit(generator));
    for (std::uint32_t step : {1u, 2u, 5u}) {
      const std::uint32_t j = (i + step) % points;
      neighbors[i].push_back(j);
      data.links[i].push_back(j);
      data.links[j].push_back(i);
    }
  }
  const NeighborLaw law(points, 3, 0.8);
  MixtureChain chain(data, law, make_generator(9));
  for (int sweep = 0; sweep < 3; ++sweep) chain.sweep();
  const auto value = [&] {
    return joint(data, neighbors, chain.dimensions(), chain.weights(), chain.assignments());
  };
  const double offset = chain.log_posterior() - value();
  for (std::uint32_t i = 0; i < points; ++i) {
    std::array<double, 3> odds{};
    chain.log_odds(i, odds);
    const std::uint32_t own = chain.assignments()[i];
    std::array<double, 3> whole{};
    for (std::uint32_t k = 0; k < 3; ++k) {
      chain.assign(i, k);
      whole[k] = value();
      EXPECT_NEAR(chain.log_posterior() - whole[k], offset, 1e-9);
    }
    chain.assign(i, own);
    for (std::size_t k = 1; k < 3; ++k) EXPECT_NEAR(odds[k] - odds[0], whole[k] - whole[0], 1e-9);
  }
}

TEST(Hidalgo, TellsTwoManifoldsApart) {
  Points points;
  add_cube(points, 400, 2, 10, 0.0, 0.0, 10);
  add_cube(points, 600, 9, 10, 0.4, 0.0, 11);
  const DimensionEstimates found = run(points, {"hidalgo", "twonn"}, settings(true));
  const DimensionEstimate& made = found.estimates.back();
  ASSERT_EQ(made.components.size(), 2u);
  Points first(points.begin(), points.begin() + 400), second(points.begin() + 400, points.end());
  const double of_first = run(first, {"twonn"}).estimates.at(0).value,
               of_second = run(second, {"twonn"}).estimates.at(0).value;
  EXPECT_NEAR(made.components[0].value, of_first, 0.15 * of_first);
  EXPECT_NEAR(made.components[1].value, of_second, 0.15 * of_second);
  EXPECT_NEAR(made.components[0].weight, 0.4, 0.06);
  EXPECT_NEAR(made.components[0].weight + made.components[1].weight, 1.0, 1e-9);
  const double mean = made.components[0].weight * made.components[0].value +
                      made.components[1].weight * made.components[1].value;
  EXPECT_NEAR(made.value, mean, 0.02 * mean);
  EXPECT_LT(made.analytic->interval.low, made.value);
  EXPECT_GT(made.analytic->interval.high, made.value);
  ASSERT_EQ(made.point_values.at(0).columns, 2u);
  int right = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double one = made.point_values[0].values[2 * i], other = made.point_values[0].values[2 * i + 1];
    EXPECT_NEAR(one + other, 1.0, 1e-9);
    right += (one > 0.5) == (i < 400) ? 1 : 0;
  }
  EXPECT_GT(right, 900);
}

TEST(Hidalgo, OneManifoldIsThatOfTwonn) {
  Points points;
  add_cube(points, 600, 5, 6, 0.0, 0.0, 12);
  for (const std::size_t components : {1u, 2u}) {
    EstimatorSettings chosen = settings();
    chosen.components = components;
    const DimensionEstimates found = run(points, {"hidalgo", "twonn_bayes"}, chosen);
    const DimensionEstimate &made = found.estimates.back(), &single = found.estimates.front();
    EXPECT_NEAR(made.value, single.value, (components == 1 ? 0.01 : 0.05) * single.value);
    if (components == 1) {
      EXPECT_NEAR(made.analytic->std_error, single.analytic->std_error, 0.1 * single.analytic->std_error);
    }
  }
}

TEST(Hidalgo, RefusesWhatItCannotTell) {
  Points points;
  add_cube(points, 60, 2, 3, 0.0, 0.0, 13);
  EstimatorSettings chosen = settings();
  chosen.components = 7;
  const DimensionEstimates found = run(points, {"hidalgo"}, chosen);
  EXPECT_EQ(found.skipped.at(0).reason,
            "needs at least 70 distinct points for 7 components, and there are 60");
  for (const std::size_t components : {0u, 101u}) {
    chosen.components = components;
    EXPECT_THROW(run(points, {"hidalgo"}, chosen), UsageError);
  }
}

TEST(Kummer, NumbersOfMpmath) {
  // log hyp1f1(b - alpha, b, -x) at 40 digits.
  EXPECT_NEAR(log_kummer(1.5, 10, 0.3), -0.2544722709845, 1e-12);
  EXPECT_NEAR(log_kummer(1.5, 10, 12.0), -8.8891124108855, 1e-11);
  EXPECT_NEAR(log_kummer(1.5, 10, 500.0), -39.910136605699, 1e-10);
  EXPECT_NEAR(log_kummer(5, 392, 380.0), -367.7349342222, 1e-9);
  EXPECT_NEAR(log_kummer(5, 392, 5000.0), -1352.9857864625, 1e-8);
  EXPECT_NEAR(log_kummer(12, 3, 70.0), 22.683158043395, 1e-10);
  EXPECT_NEAR(log_kummer(0.5, 1.5, 30.0), -4.0769182366235, 1e-11);
  const auto between = log_kummer_between(5, 392, 50.0, 9000.0, 2);
  for (const double x : {60.0, 200.0, 391.0, 400.0, 1234.0, 8999.0}) {
    EXPECT_NEAR(between(x), log_kummer(5, 392, x), 2e-6) << x;
  }
}

TEST(Kummer, GivesTheDensityOfNoisyDistances) {
  // scipy.integrate.quad over noncentral chi densities of 6 degrees of freedom, sigma = 0.1, d = 2: the
  // density at 0.15 and 0.3 among distances up to 0.6.
  const auto density = [](double s) {
    const double x = [](double r) { return r * r / 0.04; }(s), outer = 0.36 / 0.04;
    return 6.0 / 0.6 * std::pow(s / 0.6, 5) * std::exp(log_kummer(1.0, 3.0, x) - log_kummer(2.0, 4.0, outer));
  };
  EXPECT_NEAR(density(0.15), 0.11752828244558, 1e-9);
  EXPECT_NEAR(density(0.3), 1.4085536685649, 1e-8);
}

TEST(MleNoise, TakesTheNoiseAway) {
  for (const double noise : {0.02, 0.05}) {
    Points clean, noisy;
    add_cube(clean, 800, 3, 20, 0.0, 0.0, 14);
    add_cube(noisy, 800, 3, 20, 0.0, noise, 14);
    EstimatorSettings chosen = settings();
    chosen.noise_std = noise;
    const DimensionEstimates found = run(noisy, {"mle", "mle_noise"}, chosen);
    const DimensionEstimate &plain = found.estimates.front(), &corrected = found.estimates.back();
    const double truth = run(clean, {"mle"}).estimates.at(0).value;
    EXPECT_GT(plain.value, 1.5 * truth) << noise;
    EXPECT_LT(std::abs(corrected.value - truth), 0.2 * std::abs(plain.value - truth)) << noise;
    EXPECT_EQ(corrected.noise_std, noise);
    EXPECT_EQ(corrected.interval_method, "split_halves");
    ASSERT_TRUE(corrected.analytic);
  }
}

TEST(MleNoise, WithoutNoiseIsMle) {
  Points points;
  add_cube(points, 300, 3, 8, 0.0, 0.0, 15);
  EstimatorSettings chosen = settings();
  chosen.noise_std = 1e-7;
  const DimensionEstimates found = run(points, {"mle", "mle_noise"}, chosen);
  const DimensionEstimate &plain = found.estimates.front(), &corrected = found.estimates.back();
  EXPECT_NEAR(corrected.value, plain.value, 1e-4 * plain.value);
  EXPECT_NEAR(corrected.analytic->std_error, plain.analytic->std_error, 0.02 * plain.analytic->std_error);
}

TEST(MleNoise, RefusesWithoutNoiseAndWhereItExplainsAll) {
  Points points;
  add_cube(points, 300, 0, 8, 0.0, 1.0, 16);
  EXPECT_EQ(run(points, {"mle_noise"}).skipped.at(0).reason,
            "needs the standard deviation of the noise (noise_std)");
  EstimatorSettings chosen = settings();
  chosen.noise_std = 3.0;
  const DimensionEstimates found = run(points, {"mle_noise"}, chosen);
  ASSERT_EQ(found.skipped.size(), 1u);
  EXPECT_NE(found.skipped[0].reason.find("explains the distances"), std::string::npos);
  chosen.noise_std = -1.0;
  EXPECT_THROW(run(points, {"mle_noise"}, chosen), UsageError);
}

TEST(AdaptiveEstimators, RefuseAnchors) {
  TorusSample torus(300, 3, 100, 17);
  const NeighborTable table = flat_torus(300, 3, 100, 17, 60);
  const LogDistances logs = log_distances(table);
  const Sample anchors{torus.matrix, torus.rows, table, logs};
  for (const Estimator& estimator : {abide_estimator(), hidalgo_estimator()}) {
    const EstimateResult result = estimator.from_sample(anchors, settings(), no_progress());
    ASSERT_TRUE(std::holds_alternative<Refusal>(result));
    EXPECT_NE(std::get<Refusal>(result).reason.find("anchors"), std::string::npos);
  }
}

}  // namespace
}  // namespace fathom
