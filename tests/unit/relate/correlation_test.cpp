#include "fathom/relate/correlation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fathom/core/random.h"
#include "fathom/relate/share.h"

namespace fathom {
namespace {

const std::vector<double> kX{2, 1, 4, 3, 5, 2, 6, 4, 1, 7, 3, 5};
const std::vector<double> kY{1, 2, 2, 3, 5, 5, 5, 4, 6, 7, 9, 8};
const std::vector<std::size_t> kCluster{0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4};

/// SciPy 1.10: pearsonr, spearmanr (ties), linregress.
TEST(Correlation, AgreesWithScipy) {
  const Correlation found = *correlate(kX, kY, kCluster, {});
  EXPECT_EQ(found.n, 12u);
  EXPECT_NEAR(found.pearson.r, 0.37373661609837366, 1e-14);
  EXPECT_NEAR(found.pearson.p_value, 0.23140931228861644, 1e-12);
  EXPECT_NEAR(found.pearson.interval.low, -0.2548210762211558, 1e-12);
  EXPECT_NEAR(found.pearson.interval.high, 0.7802779405069329, 1e-12);
  EXPECT_NEAR(found.spearman.r, 0.35943060498220636, 1e-14);
  EXPECT_NEAR(found.spearman.p_value, 0.25117531333144427, 1e-12);
  EXPECT_NEAR(found.spearman.interval.low, -0.2893529851496107, 1e-12);
  EXPECT_NEAR(found.spearman.interval.high, 0.7819321892984729, 1e-12);
  EXPECT_NEAR(found.slope, 0.48268839103869654, 1e-14);
  EXPECT_NEAR(found.intercept, 3.020366598778004, 1e-13);
}

double plain_pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n,
               my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

std::vector<double> plain_ranks(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    const auto below = std::ranges::count_if(values, [&](double other) { return other < value; });
    const auto equal = std::ranges::count(values, value);
    ranks.push_back(static_cast<double>(below) + (static_cast<double>(equal) + 1.0) / 2.0);
  }
  return ranks;
}

double plain_quantile(std::vector<double> values, double probability) {
  std::ranges::sort(values);
  const double at = probability * static_cast<double>(values.size() - 1);
  const std::size_t low = static_cast<std::size_t>(at), high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - std::floor(at)) * (values[high] - values[low]);
}

/// The bootstrap spelled out: whole clusters copied, correlated and sorted.
TEST(Correlation, BootstrapResamplesWholeClusters) {
  BootstrapOptions options;
  options.resamples = 400;
  options.seed = 3;
  std::vector<double> pearsons, spearmans;
  Generator generator;
  for (std::size_t b = 0; b < options.resamples; ++b) {
    if (b % 256 == 0) generator = make_generator(options.seed, b / 256);
    std::vector<double> x, y;
    for (int draw = 0; draw < 5; ++draw) {
      const std::size_t cluster = uniform_below(generator, 5);
      for (std::size_t i = 0; i < kX.size(); ++i) {
        if (kCluster[i] != cluster) continue;
        x.push_back(kX[i]);
        y.push_back(kY[i]);
      }
    }
    pearsons.push_back(plain_pearson(x, y));
    spearmans.push_back(plain_pearson(plain_ranks(x), plain_ranks(y)));
  }
  const Correlation found = *correlate(kX, kY, kCluster, options);
  ASSERT_TRUE(found.pearson.bootstrap_interval && found.spearman.bootstrap_interval);
  EXPECT_NEAR(found.pearson.bootstrap_interval->low, plain_quantile(pearsons, 0.025), 1e-12);
  EXPECT_NEAR(found.pearson.bootstrap_interval->high, plain_quantile(pearsons, 0.975), 1e-12);
  EXPECT_NEAR(found.spearman.bootstrap_interval->low, plain_quantile(spearmans, 0.025), 1e-12);
  EXPECT_NEAR(found.spearman.bootstrap_interval->high, plain_quantile(spearmans, 0.975), 1e-12);
}

TEST(Correlation, BootstrapIsTheSameForAnyThreads) {
  BootstrapOptions one, many;
  many.threads = 7;
  const std::vector<std::size_t> own{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const Correlation a = *correlate(kX, kY, own, one), b = *correlate(kX, kY, own, many);
  EXPECT_EQ(a.pearson.bootstrap_interval->low, b.pearson.bootstrap_interval->low);
  EXPECT_EQ(a.spearman.bootstrap_interval->high, b.spearman.bootstrap_interval->high);
  one.seed = 1;
  EXPECT_NE(a.pearson.bootstrap_interval->low, correlate(kX, kY, own, one)->pearson.bootstrap_interval->low);
}

TEST(Correlation, FewClustersHaveNoBootstrap) {
  const std::vector<std::size_t> three{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
  EXPECT_FALSE(correlate(kX, kY, three, {})->pearson.bootstrap_interval.has_value());
}

TEST(Correlation, PerfectLines) {
  const std::vector<double> x{1, 2, 3, 4, 5}, y{-2, -4, -6, -8, -10};
  const Correlation found = *correlate(x, y, std::vector<std::size_t>{0, 1, 2, 3, 4}, {});
  EXPECT_EQ(found.pearson.r, -1.0);
  EXPECT_EQ(found.pearson.p_value, 0.0);
  EXPECT_EQ(found.pearson.interval.low, -1.0);
  EXPECT_EQ(found.pearson.interval.high, -1.0);
  EXPECT_EQ(found.slope, -2.0);
  EXPECT_EQ(found.intercept, 0.0);
}

TEST(Correlation, NoneOfConstantsOrTwoPoints) {
  const std::vector<double> constant{0.3, 0.3, 0.3}, x{1, 2, 3}, two{1, 2};
  const std::vector<std::size_t> cluster{0, 1, 2}, two_clusters{0, 1};
  EXPECT_FALSE(correlate(constant, x, cluster, {}).has_value());
  EXPECT_FALSE(correlate(x, constant, cluster, {}).has_value());
  EXPECT_FALSE(correlate(two, two, two_clusters, {}).has_value());
  const Correlation three = *correlate(x, std::vector<double>{1, 3, 2}, cluster, {});
  EXPECT_EQ(three.pearson.interval.low, -1.0);
  EXPECT_EQ(three.pearson.interval.high, 1.0);
}

TEST(Correlation, StopsWhenAsked) {
  struct Stop : Progress {
    bool cancelled() const override { return true; }
  } stop;
  EXPECT_THROW(correlate(kX, kY, kCluster, {}, stop), Interrupted);
}

/// Wilson's formula in Python's float64.
TEST(Share, WilsonInterval) {
  const Interval none = wilson_interval(0, 10), some = wilson_interval(3, 10), all = wilson_interval(10, 10);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_NEAR(none.high, 0.2775327998628892, 1e-14);
  EXPECT_NEAR(some.low, 0.10779126740630099, 1e-14);
  EXPECT_NEAR(some.high, 0.6032218525388546, 1e-14);
  EXPECT_NEAR(all.low, 0.7224672001371107, 1e-14);
  EXPECT_EQ(all.high, 1.0);
}

}  // namespace
}  // namespace fathom
