#include "fathom/synth/manifold.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "fathom/core/error.h"
#include "unit/synth/maximum_likelihood.h"
#include "unit/synth/temporary_path.h"

namespace fathom {
namespace {

constexpr double kPi = 3.14159265358979323846;

Matrix<double> sample(const std::string& name, std::size_t samples, std::optional<std::size_t> dimension = {},
                      std::optional<std::size_t> ambient = {}, std::uint64_t seed = 3) {
  PointCloudOptions options;
  options.manifold = name;
  options.samples = samples;
  options.dimension = dimension;
  options.ambient_dimension = ambient;
  options.seed = seed;
  return sample_manifold(options);
}

double squared_distance(const Matrix<double>& x, std::size_t i, std::size_t j) {
  double sum = 0;
  for (std::size_t c = 0; c < x.cols(); ++c) sum += (x.row(i)[c] - x.row(j)[c]) * (x.row(i)[c] - x.row(j)[c]);
  return sum;
}

double norm(std::span<const double> x) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum);
}

double dimension_of(const Matrix<double>& x) {
  return testing::maximum_likelihood_dimension(
      x.rows(), 10, [&](std::size_t i, std::size_t j) { return squared_distance(x, i, j); });
}

void expect_refused(const PointCloudOptions& options, const std::string& option, const std::string& part) {
  try {
    sample_manifold(options);
    ADD_FAILURE() << "accepted; expected " << part;
  } catch (const UsageError& error) {
    EXPECT_EQ(error.where(), option);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Manifold, EveryCardHoldsWhatItSays) {
  std::set<std::string> names;
  for (const ManifoldCard& card : manifold_cards()) {
    EXPECT_TRUE(names.insert(card.name).second) << card.name;
    EXPECT_FALSE(card.equation.empty()) << card.name;
    EXPECT_LE(card.smallest_dimension, card.dimension);
    EXPECT_GE(card.largest_dimension, card.dimension);
    EXPECT_EQ(manifold_card(card.name).equation, card.equation);
    const Matrix<double> points = sample(card.name, 50);
    EXPECT_EQ(points.rows(), 50u);
    EXPECT_EQ(points.cols(), card.ambient_dimension) << card.name;
    for (const double value : points.values()) EXPECT_TRUE(std::isfinite(value)) << card.name;
    EXPECT_EQ(sample(card.name, 50, card.dimension).cols(), card.ambient_dimension);
  }
  EXPECT_EQ(manifold_names().size(), names.size());
}

TEST(Manifold, EveryNameAndEquationIsInTheDocumentation) {
  const std::string text = testing::read_bytes(std::filesystem::path(FATHOM_DOCS) / "synth.md");
  for (const ManifoldCard& card : manifold_cards())
    EXPECT_NE(text.find("`" + card.name + "`"), std::string::npos) << card.name;
}

TEST(Manifold, EveryDimensionOfAFamilyIsDrawn) {
  for (const ManifoldCard& card : manifold_cards()) {
    if (card.smallest_dimension == card.largest_dimension) continue;
    for (const std::size_t dimension : {std::size_t{1}, std::size_t{2}, std::size_t{9}}) {
      const Matrix<double> points = sample(card.name, 20, dimension);
      EXPECT_GE(points.cols(), dimension) << card.name;
      for (const double value : points.values()) EXPECT_TRUE(std::isfinite(value)) << card.name;
    }
  }
}

TEST(Manifold, SameSeedSamePointsAndALargerSampleBeginsWithTheSmaller) {
  for (const std::string& name : manifold_names()) {
    const Matrix<double> few = sample(name, 10), many = sample(name, 30), other = sample(name, 10, {}, {}, 4);
    EXPECT_TRUE(std::equal(few.values().begin(), few.values().end(), many.values().begin())) << name;
    EXPECT_FALSE(std::equal(few.values().begin(), few.values().end(), other.values().begin())) << name;
  }
}

TEST(Manifold, MoreAmbientDimensionsLeaveDistancesAlone) {
  for (const char* name : {"torus", "M7_Roll", "line_disk_ball"}) {
    const Matrix<double> own = sample(name, 12), wide = sample(name, 12, {}, 40);
    ASSERT_EQ(wide.cols(), 40u);
    for (std::size_t i = 0; i < 12; ++i)
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_NEAR(squared_distance(wide, i, j), squared_distance(own, i, j),
                    1e-12 * squared_distance(own, i, j));
    // A rotation, not a padding with zeros.
    for (std::size_t c = 0; c < 40; ++c) EXPECT_NE(wide.row(0)[c], 0.0);
  }
}

// Uniform in the unit ball of R^d: P(|x| < r) = r^d, so E|x| = d / (d + 1), Var|x| = d / ((d + 1)^2 (d + 2)).
TEST(Manifold, BallHasTheRadiiOfTheUniformLaw) {
  for (const std::size_t d : {1u, 3u, 10u}) {
    const Matrix<double> points = sample("ball", 4000, d);
    double mean = 0;
    for (std::size_t i = 0; i < 4000; ++i) {
      EXPECT_LT(norm(points.row(i)), 1.0);
      mean += norm(points.row(i)) / 4000;
    }
    const double n = static_cast<double>(d);
    EXPECT_NEAR(mean, n / (n + 1), 4 * std::sqrt(n / ((n + 1) * (n + 1) * (n + 2)) / 4000));
  }
}

TEST(Manifold, SphereAndTorusLieOnTheirCircles) {
  const Matrix<double> sphere = sample("sphere", 100, 6), torus = sample("torus", 100, 4);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_NEAR(norm(sphere.row(i)), 1, 1e-14);
    for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(norm(torus.row(i).subspan(2 * j, 2)) * 2 * kPi, 1, 1e-14);
  }
}

TEST(Manifold, AffineIsAFlatImageOfTheCube) {
  // |x|^2 is |u|^2: its mean is d * 25 / 12.
  const Matrix<double> points = sample("affine", 4000, 3);
  double mean = 0;
  for (std::size_t i = 0; i < 4000; ++i) mean += std::pow(norm(points.row(i)), 2) / 4000;
  // Var(u^2) = 5^4 / 180 for u uniform in [-2.5, 2.5].
  EXPECT_NEAR(mean, 3 * 25.0 / 12, 4 * std::sqrt(3 * 625.0 / 180 / 4000));
  // Four points of a 3-dimensional space are dependent: the Gram determinant vanishes.
  double gram[4][4];
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      gram[i][j] = 0;
      for (std::size_t c = 0; c < 6; ++c) gram[i][j] += points.row(i)[c] * points.row(j)[c];
    }
  double determinant = 1;
  for (std::size_t p = 0; p < 4; ++p) {
    determinant *= gram[p][p];
    for (std::size_t r = p + 1; r < 4; ++r)
      for (std::size_t c = 4; c-- > p;) gram[r][c] -= gram[r][p] / gram[p][p] * gram[p][c];
  }
  EXPECT_NEAR(determinant, 0, 1e-9);
}

TEST(Manifold, CurvesAndSurfacesSatisfyTheirEquations) {
  const Matrix<double> helix = sample("helix", 200), moebius = sample("moebius", 200),
                       roll = sample("swiss_roll", 200), scurve = sample("s_curve", 200),
                       peaks = sample("twin_peaks", 200, 3);
  for (std::size_t i = 0; i < 200; ++i) {
    const auto h = helix.row(i), m = moebius.row(i), r = roll.row(i), s = scurve.row(i), t = peaks.row(i);
    EXPECT_NEAR(h[0], std::cos(2 * kPi * h[2]), 1e-12);
    EXPECT_NEAR(h[1], std::sin(2 * kPi * h[2]), 1e-12);
    EXPECT_TRUE(h[2] >= 0 && h[2] < 4);
    // The offset from the unit circle points along half the angle.
    const double angle = std::atan2(m[1], m[0]), out = std::hypot(m[0], m[1]) - 1;
    EXPECT_NEAR(out * std::sin(angle / 2), m[2] * std::cos(angle / 2), 1e-12);
    EXPECT_LE(std::hypot(out, m[2]), 0.5);
    const double radius = std::hypot(r[0], r[1]);
    EXPECT_NEAR(r[0], radius * std::cos(radius), 1e-11);
    EXPECT_TRUE(radius >= 1.5 * kPi && radius < 4.5 * kPi && r[2] >= 0 && r[2] < 21);
    // Two circles of radius 1 about (0, -1) and (0, 1).
    EXPECT_NEAR(std::hypot(s[0], std::abs(s[1]) - 1), 1, 1e-12);
    EXPECT_NEAR(t[3], std::sin(2 * kPi * t[0]) * std::sin(2 * kPi * t[1]) * std::sin(2 * kPi * t[2]), 1e-12);
  }
}

// Length of an Archimedean spiral r = t from 0: (t sqrt(1 + t^2) + asinh t) / 2. Uniform by length, half of
// the points lie within half of it; 4 standard errors of a fraction of 4000.
TEST(Manifold, SwissRollIsUniformByLength) {
  const auto length = [](double t) { return (t * std::sqrt(1 + t * t) + std::asinh(t)) / 2; };
  const double begin = length(1.5 * kPi), end = length(4.5 * kPi);
  const Matrix<double> roll = sample("swiss_roll", 4000);
  int inner = 0;
  for (std::size_t i = 0; i < 4000; ++i)
    inner += length(std::hypot(roll.row(i)[0], roll.row(i)[1])) < (begin + end) / 2;
  EXPECT_NEAR(inner, 2000, 4 * std::sqrt(1000.0));
}

TEST(Manifold, MixturesHoldTheirPieces) {
  const Matrix<double> pieces = sample("line_disk_ball", 4000), rolls = sample("swissRoll3Sph", 4000);
  int line = 0, disk = 0, sphere = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    const auto x = pieces.row(i), y = rolls.row(i);
    if (x[0] == 0 && x[1] == 0) {
      ++line;
      EXPECT_TRUE((x[2] >= -0.5 && x[2] <= 0) || (x[2] >= 3 && x[2] <= 3.5));
    } else if (x[1] == 0) {
      ++disk;
      EXPECT_LE(std::hypot(x[0], x[2] - 1), 1);
    } else {
      EXPECT_LE(std::hypot(x[0], x[1], x[2] - 2.5), 0.5);
    }
    if (y[3] == 0) {
      const double radius = std::hypot(y[0], y[1]);
      EXPECT_NEAR(y[0], radius * std::cos(3 * kPi * (radius - 1) / 2), 1e-12);
      EXPECT_LE(std::abs(y[2]), 4);
    } else {
      ++sphere;
      EXPECT_NEAR(norm(y), 1, 1e-14);
    }
  }
  const double share = 3.0 / 23;
  EXPECT_NEAR(line, 4000 * share, 4 * std::sqrt(4000 * share * (1 - share)));
  EXPECT_NEAR(disk, 4000 * share, 4 * std::sqrt(4000 * share * (1 - share)));
  EXPECT_NEAR(sphere, 2000, 4 * std::sqrt(1000.0));
}

/// Points of the unit ball by rejection from the cube: another way to the same law.
std::vector<double> ball_point(std::mt19937_64& generator, std::size_t dimension) {
  std::vector<double> x(dimension);
  do {
    for (double& value : x) value = static_cast<double>(generator() >> 11) * 0x1p-52 - 1;
  } while (norm(x) > 1);
  return x;
}

// The estimator is biased at 1000 points (boundary), so its expectation is taken from samples made here.
TEST(Manifold, DimensionOfTheBallIsRecovered) {
  for (const std::size_t dimension : {2u, 5u}) {
    std::vector<double> estimates;
    for (unsigned seed = 0; seed < 12; ++seed) {
      std::mt19937_64 generator(seed);
      std::vector<std::vector<double>> x(1000);
      for (auto& point : x) point = ball_point(generator, dimension);
      estimates.push_back(testing::maximum_likelihood_dimension(
          1000, 10, [&](std::size_t i, std::size_t j) { return testing::squared_difference(x[i], x[j]); }));
    }
    const auto [mean, deviation] = testing::mean_and_deviation(estimates);
    EXPECT_NEAR(dimension_of(sample("ball", 1000, dimension)), mean, 4 * deviation);
    EXPECT_NEAR(mean, static_cast<double>(dimension), 0.12 * static_cast<double>(dimension));
  }
}

// Pooled maximum likelihood on a flat torus has no boundary and is nearly unbiased; the chords of the circles
// lift it a little where neighbours are far (d = 5). Standard error d / sqrt(N (k - 1)) for independent
// neighbourhoods, doubled for those that overlap.
TEST(Manifold, DimensionOfTheTorusIsRecovered) {
  for (const std::size_t dimension : {1u, 2u, 5u}) {
    const double d = static_cast<double>(dimension), error = 2 * d / std::sqrt(1000 * 9.0);
    EXPECT_NEAR(dimension_of(sample("torus", 1000, dimension)), d,
                4 * error + (dimension == 5 ? 0.06 * d : 0));
  }
}

TEST(Manifold, UnknownNamesAreRefusedWithTheNamesThereAre) {
  PointCloudOptions options;
  options.manifold = "klein_bottle";
  expect_refused(options, "--manifold", "'klein_bottle' is no manifold; give one of ball, sphere, torus");
  EXPECT_THROW(manifold_card("Ball"), UsageError);
}

TEST(Manifold, ImpossibleDimensionsAreRefused) {
  PointCloudOptions options;
  options.manifold = "M7_Roll";
  options.dimension = 3;
  expect_refused(options, "--dimension", "M7_Roll has dimension 2, not 3");
  options.manifold = "ball";
  options.dimension = 0;
  expect_refused(options, "--dimension", "0 is outside 1..10000");
  options.manifold = "line_disk_ball";
  options.dimension = 2;
  expect_refused(options, "--dimension", "pieces of several dimensions");
  options.dimension.reset();
  options.ambient_dimension = 2;
  expect_refused(options, "--ambient-dimension", "line_disk_ball needs 3 coordinates, not 2");
  options.manifold = "sphere";
  options.dimension = 7;
  options.ambient_dimension = 7;
  expect_refused(options, "--ambient-dimension", "sphere of dimension 7 needs 8 coordinates, not 7");
  options.ambient_dimension = 2'000'000;
  expect_refused(options, "--ambient-dimension", "more than 1000000");
}

TEST(Manifold, NoOrTooManySamplesAreRefused) {
  PointCloudOptions options;
  options.samples = 0;
  expect_refused(options, "--samples", "0 points");
  options.samples = std::size_t{1} << 60;
  expect_refused(options, "--samples", "more than 32 GiB");
}

}  // namespace
}  // namespace fathom
