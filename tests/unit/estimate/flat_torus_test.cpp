// Expectations on uniform data without boundary or curvature: the flat torus [0,1)^d, n = 1500, k = 20.
//
// `seen` and `sd` are means and standard deviations over 6 seeds of an independent program (float64, direct
// differences). Over our 20 seeds the mean must lie within 4 standard errors of the difference of two such
// means: 4 sd sqrt(1/6 + 1/20).
#include <gtest/gtest.h>

#include <cmath>

#include "fathom/core/parallel.h"
#include "fathom/estimate/mle.h"
#include "fathom/estimate/twonn.h"
#include "unit/estimate/point_clouds.h"

namespace fathom {
namespace {

struct Expected {
  const char* name;
  double seen, sd;
};

void check(std::size_t dimension, const std::vector<Expected>& expected) {
  constexpr std::size_t seeds = 20;
  std::vector<std::vector<double>> values(seeds);
  parallel_for(seeds, available_threads(), [&](std::size_t seed, unsigned) {
    const LogDistances logs = log_distances(flat_torus(1500, dimension, 20, 100 * dimension + seed));
    values[seed] = {*mle_value(logs, 20, MleVariant::as_published),
                    *mle_value(logs, 20, MleVariant::pooled),
                    *mle_value(logs, 20, MleVariant::mean_unbiased),
                    *mle_value(logs, 20, MleVariant::mean),
                    *twonn_value(logs, TwonnVariant::as_published),
                    *twonn_value(logs, TwonnVariant::linear),
                    *twonn_value(logs, TwonnVariant::ml)};
  });
  ASSERT_EQ(expected.size(), values[0].size());
  for (std::size_t v = 0; v < expected.size(); ++v) {
    double mean = 0.0;
    for (const auto& sample : values) mean += sample[v] / seeds;
    const double allowed = 4.0 * expected[v].sd * std::sqrt(1.0 / 6.0 + 1.0 / seeds);
    EXPECT_NEAR(mean, expected[v].seen, allowed) << "d = " << dimension << ", " << expected[v].name;
  }
}

TEST(FlatTorus, FiveDimensions) {
  check(5, {{"mle as published", 4.74, .03},
            {"mle pooled", 5.01, .03},
            {"mle mean unbiased", 5.01, .03},
            {"mle mean", 5.29, .03},
            {"twonn as published", 5.13, .15},
            {"twonn linear", 5.11, .20},
            {"twonn ml", 5.10, .15}});
}

TEST(FlatTorus, TenDimensions) {
  check(10, {{"mle as published", 9.48, .06},
             {"mle pooled", 10.01, .07},
             {"mle mean unbiased", 10.00, .05},
             {"mle mean", 10.55, .05},
             {"twonn as published", 10.22, .39},
             {"twonn linear", 10.12, .47},
             {"twonn ml", 10.13, .38}});
}

TEST(FlatTorus, TwentyDimensions) {
  check(20, {{"mle as published", 17.30, .08},
             {"mle pooled", 18.26, .08},
             {"mle mean unbiased", 18.19, .08},
             {"mle mean", 19.21, .08},
             {"twonn as published", 19.84, .79},
             {"twonn linear", 19.62, .75},
             {"twonn ml", 19.66, .74}});
}

}  // namespace
}  // namespace fathom
