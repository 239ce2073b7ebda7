#include "fathom/synth/image_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "fathom/core/error.h"
#include "fathom/core/version.h"
#include "unit/synth/maximum_likelihood.h"

namespace fathom {
namespace {

using testing::squared_difference;

constexpr double kPi = 3.14159265358979323846;

ImageSetOptions small(ImageManifold manifold) {
  ImageSetOptions options;
  options.manifold = manifold;
  options.dimension = 3;
  options.samples = 60;
  options.height = 17;
  options.width = 23;
  options.seed = 5;
  return options;
}

/// The distance the card of ImageSet promises, in closed form.
double squared_latent_distance(const ImageSet& set, const std::vector<double>& u,
                               const std::vector<double>& v) {
  double sum = 0;
  for (std::size_t j = 0; j < u.size(); ++j) {
    const double step =
        set.options().manifold == ImageManifold::torus ? 2 * std::sin(kPi * (u[j] - v[j])) : u[j] - v[j];
    sum += step * step;
  }
  return set.amplitude() * set.amplitude() * sum;
}

std::string message(const ImageSetOptions& options) {
  try {
    const ImageSet set(options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

void expect_refused(const ImageSetOptions& options, const std::string& option, const std::string& part) {
  const std::string text = message(options);
  EXPECT_EQ(text.rfind(option, 0), 0u) << text;
  EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

class EachShape : public ::testing::TestWithParam<std::tuple<ImageManifold, std::size_t, std::size_t>> {
 protected:
  ImageSetOptions options() const {
    ImageSetOptions options = small(std::get<0>(GetParam()));
    options.channels = std::get<1>(GetParam());
    options.classes = std::get<2>(GetParam());
    return options;
  }
};

// The patterns are orthonormal to a few units of 2^-52, so squared distances hold to about 1e-13 of the
// amplitude's square, which the largest term is.
TEST_P(EachShape, DistancesBeforeRoundingAreThoseOfTheManifold) {
  const ImageSet set(options());
  const double tolerance = 1e-12 * set.amplitude() * set.amplitude() * 10;
  for (std::size_t i = 0; i < 60; ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NEAR(squared_difference(set.exact_pixels(i), set.exact_pixels(j)),
                  squared_latent_distance(set, set.latent(i), set.latent(j)), tolerance);
}

TEST_P(EachShape, PixelsAreTheExactOnesWithinHalfAGreyLevel) {
  const ImageSet set(options());
  for (std::size_t i = 0; i < 60; ++i) {
    const std::vector<double> exact = set.exact_pixels(i);
    const std::vector<std::uint8_t> pixels = set.pixels(i);
    ASSERT_EQ(pixels.size(), 17u * 23u * options().channels);
    for (std::size_t p = 0; p < pixels.size(); ++p) EXPECT_LE(std::abs(exact[p] - pixels[p]), 0.5 + 1e-12);
  }
}

TEST_P(EachShape, ImagesOfTwoClassesAreAMarginApart) {
  const ImageSet set(options());
  double nearest = std::numeric_limits<double>::infinity(), nearest_rounded = nearest;
  for (std::size_t i = 0; i < 60; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (set.label(i) == set.label(j)) continue;
      nearest = std::min(nearest, std::sqrt(squared_difference(set.exact_pixels(i), set.exact_pixels(j))));
      nearest_rounded =
          std::min(nearest_rounded, std::sqrt(squared_difference(set.pixels(i), set.pixels(j))));
    }
  EXPECT_GE(nearest, set.margin() * (1 - 1e-12));
  EXPECT_GE(nearest_rounded, set.margin() - set.rounding_bound());
  EXPECT_DOUBLE_EQ(set.label_sharpness() * set.margin(), 1.0);
  EXPECT_DOUBLE_EQ(set.rounding_bound(), std::sqrt(static_cast<double>(17 * 23 * options().channels)));
}

TEST_P(EachShape, LatentCoordinatesLieInTheUnitCube) {
  const ImageSet set(options());
  for (std::size_t i = 0; i < 60; ++i) {
    const std::vector<double> u = set.latent(i);
    ASSERT_EQ(u.size(), 3u);
    for (const double value : u) EXPECT_TRUE(value >= 0 && value <= 1) << value;
  }
}

INSTANTIATE_TEST_SUITE_P(ImageSet, EachShape,
                         ::testing::Combine(::testing::Values(ImageManifold::torus, ImageManifold::cube),
                                            ::testing::Values(std::size_t{1}, std::size_t{3}),
                                            ::testing::Values(std::size_t{2}, std::size_t{3},
                                                              std::size_t{12})));

// One dimension and one class apart: with d = 1 two images differ by the first coordinate alone, so the
// nearest pair of a large sample comes within a small step of the margin and K_F is really 1 / margin.
TEST(ImageSet, TheMarginIsReached) {
  for (const ImageManifold manifold : {ImageManifold::torus, ImageManifold::cube}) {
    ImageSetOptions options = small(manifold);
    options.dimension = 1;
    options.samples = 400;
    const ImageSet set(options);
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < options.samples; ++i)
      for (std::size_t j = i + 1; j < options.samples; j += 2)
        nearest = std::min(nearest, std::sqrt(squared_latent_distance(set, set.latent(i), set.latent(j))));
    EXPECT_GE(nearest, set.margin() * (1 - 1e-12));
    EXPECT_LE(nearest, set.margin() * 1.3);
  }
}

// Default: a gap of 1 / (10 classes), so 1/20 for two classes.
TEST(ImageSet, DefaultMarginIsTheChordOfATenthOfAClass) {
  const ImageSet torus(small(ImageManifold::torus)), cube(small(ImageManifold::cube));
  EXPECT_NEAR(torus.margin() / torus.amplitude(), 2 * std::sin(kPi / 20), 1e-12);
  EXPECT_NEAR(cube.margin() / cube.amplitude(), 0.05, 1e-12);
}

TEST(ImageSet, MarginIsTakenInGreyLevels) {
  ImageSetOptions options = small(ImageManifold::torus);
  options.margin = 321.5;
  EXPECT_DOUBLE_EQ(ImageSet(options).margin(), 321.5);
}

// The amplitude is the largest possible: in one dimension the worst pixel runs through 0..255.
TEST(ImageSet, PixelsUseTheWholeRange) {
  ImageSetOptions options = small(ImageManifold::torus);
  options.dimension = 1;
  options.samples = 500;
  const ImageSet set(options);
  int lowest = 255, highest = 0;
  for (std::size_t i = 0; i < options.samples; ++i) {
    const std::vector<std::uint8_t> pixels = set.pixels(i);
    lowest = std::min<int>(lowest, *std::min_element(pixels.begin(), pixels.end()));
    highest = std::max<int>(highest, *std::max_element(pixels.begin(), pixels.end()));
  }
  EXPECT_LE(lowest, 1);
  EXPECT_GE(highest, 254);
}

TEST(ImageSet, ImagesAreSmooth) {
  ImageSetOptions options;
  const ImageSet set(options);
  const std::vector<double> pixels = set.exact_pixels(0);
  double steps = 0, spread = 0;
  for (std::size_t y = 0; y < 64; ++y)
    for (std::size_t x = 0; x + 1 < 64; ++x) {
      steps += std::pow(pixels[y * 64 + x + 1] - pixels[y * 64 + x], 2);
      spread += std::pow(pixels[y * 64 + x] - 127.5, 2);
    }
  // Independent pixels would give 2.
  EXPECT_LT(steps / spread, 0.1);
}

TEST(ImageSet, ALargerSetBeginsWithTheSmallerOne) {
  ImageSetOptions options = small(ImageManifold::torus);
  const ImageSet few(options);
  options.samples = 100;
  const ImageSet many(options);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(few.pixels(i), many.pixels(i));
}

TEST(ImageSet, SeedsDiffer) {
  ImageSetOptions options = small(ImageManifold::torus);
  const ImageSet one(options);
  options.seed = 6;
  const ImageSet other(options);
  EXPECT_NE(one.pixels(0), other.pixels(0));
  EXPECT_NE(one.latent(0), other.latent(0));
}

TEST(ImageSet, ClassesAreBalancedAndOrderedByTheirNames) {
  ImageSetOptions options = small(ImageManifold::cube);
  options.samples = 35;
  options.classes = 11;
  const ImageSet set(options);
  std::vector<int> counts(11);
  for (std::size_t i = 0; i < 35; ++i) ++counts[set.label(i)];
  EXPECT_EQ(*std::min_element(counts.begin(), counts.end()), 3);
  EXPECT_EQ(*std::max_element(counts.begin(), counts.end()), 4);
  EXPECT_EQ(set.class_name(2), "class_02");
  EXPECT_EQ(set.class_name(10), "class_10");
  EXPECT_EQ(ImageSet(small(ImageManifold::cube)).class_name(1), "class_1");
}

TEST(ImageSet, TruthTellsWhatIsKnown) {
  ImageSetOptions options = small(ImageManifold::torus);
  options.samples = 7;
  options.channels = 3;
  options.margin = 250;
  const ImageSet set(options);
  const nlohmann::json truth = nlohmann::json::parse(truth_json(set));
  EXPECT_EQ(truth["schema"], "fathom.synth/1");
  EXPECT_EQ(truth["version"], version());
  EXPECT_EQ(truth["manifold"], "torus");
  EXPECT_EQ(truth["dimension"], 3);
  EXPECT_EQ(truth["classes"], (nlohmann::json{{"class_0", 4}, {"class_1", 3}}));
  EXPECT_EQ(truth["images"], 7);
  EXPECT_EQ(truth["size"], (nlohmann::json{17, 23}));
  EXPECT_EQ(truth["channels"], 3);
  EXPECT_EQ(truth["ambient_dimension"], 17 * 23 * 3);
  EXPECT_EQ(truth["margin"], 250.0);
  EXPECT_EQ(truth["label_sharpness"], 1 / 250.0);
  EXPECT_EQ(truth["amplitude"], set.amplitude());
  EXPECT_EQ(truth["seed"], 5);
}

// Two uniform errors of variance 1/12 a pixel make D / 6 of a squared distance. Between nearest neighbours of
// the default set that is to be a small part.
TEST(ImageSet, RoundingIsSmallBesideTheNearestNeighbours) {
  const ImageSet set{ImageSetOptions{}};
  std::vector<std::vector<std::uint8_t>> rounded;
  std::vector<std::vector<double>> exact;
  double squared_error = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    rounded.push_back(set.pixels(i));
    exact.push_back(set.exact_pixels(i));
    for (std::size_t p = 0; p < 4096; ++p) squared_error += std::pow(rounded[i][p] - exact[i][p], 2) / 400;
  }
  EXPECT_NEAR(squared_error, 4096 / 12.0, 0.02 * 4096 / 12.0);
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < 400; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double before = squared_difference(exact[i], exact[j]);
      const double after = squared_difference(rounded[i], rounded[j]);
      EXPECT_LE(std::abs(std::sqrt(after) - std::sqrt(before)), set.rounding_bound());
      nearest = std::min(nearest, before);
    }
  EXPECT_LT(4096 / 6.0 / nearest, 0.02);
}

double image_dimension(const ImageSetOptions& options) {
  const ImageSet set(options);
  std::vector<std::vector<std::uint8_t>> images;
  for (std::size_t i = 0; i < options.samples; ++i) images.push_back(set.pixels(i));
  return testing::maximum_likelihood_dimension(options.samples, 10, [&](std::size_t i, std::size_t j) {
    return squared_difference(images[i], images[j]);
  });
}

/// The same estimate on latent points drawn here, with the closed form of the distance: the bias of the
/// estimator at this N, without the images.
testing::MeanAndDeviation expected_dimension(ImageManifold manifold, std::size_t dimension,
                                             std::size_t samples) {
  std::vector<double> estimates;
  for (unsigned seed = 0; seed < 12; ++seed) {
    std::mt19937_64 generator(seed);
    const auto uniform = [&] { return static_cast<double>(generator() >> 11) * 0x1p-53; };
    const bool torus = manifold == ImageManifold::torus;
    const double gap = 0.05, length = torus ? 0.5 - gap : (1 - gap) / 2;
    std::vector<std::vector<double>> points(samples);
    for (std::size_t i = 0; i < samples; ++i)
      for (std::size_t j = 0; j < dimension; ++j) {
        double u = uniform();
        if (j == 0) u = static_cast<double>(i % 2) * (length + gap) + length * u;
        if (!torus) points[i].push_back(u);
        if (torus) points[i].push_back(std::cos(2 * kPi * u));
        if (torus) points[i].push_back(std::sin(2 * kPi * u));
      }
    estimates.push_back(testing::maximum_likelihood_dimension(
        samples, 10, [&](std::size_t i, std::size_t j) { return squared_difference(points[i], points[j]); }));
  }
  return testing::mean_and_deviation(estimates);
}

// Four standard deviations of one estimate, and 2 % for rounding. In two dimensions 1000 images lie so close
// that rounding shows (docs/synth.md), so there are fewer.
TEST(ImageSet, DimensionIsRecoveredFromThePixels) {
  for (const ImageManifold manifold : {ImageManifold::torus, ImageManifold::cube})
    for (const std::size_t dimension : {2u, 5u}) {
      ImageSetOptions options;
      options.manifold = manifold;
      options.dimension = dimension;
      options.samples = dimension == 2 ? 300 : 1000;
      options.height = options.width = 32;
      const auto [mean, deviation] = expected_dimension(manifold, dimension, options.samples);
      const double estimate = image_dimension(options);
      EXPECT_NEAR(estimate, mean, 4 * deviation + 0.02 * mean) << dimension;
      EXPECT_NEAR(estimate, static_cast<double>(dimension), 0.12 * static_cast<double>(dimension));
      RecordProperty(std::string(image_manifold_name(manifold)) + std::to_string(dimension),
                     std::to_string(estimate) + " expected " + std::to_string(mean) + " +- " +
                         std::to_string(deviation));
    }
}

TEST(ImageSet, SmallestSizeIsNamed) {
  ImageSetOptions options = small(ImageManifold::torus);
  options.dimension = 12;
  options.height = options.width = 4;
  // 24 patterns of zero mean need 25 pixels; 4x4 hold 15.
  expect_refused(options, "--size: an image of 4x4 holds 15 independent patterns", "5x5");
  options.height = options.width = 5;
  EXPECT_EQ(message(options).find("--size"), std::string::npos);
  options.manifold = ImageManifold::cube;
  options.dimension = 24;
  EXPECT_EQ(message(options).find("--size"), std::string::npos);
  options.dimension = 25;
  expect_refused(options, "--size", "6x6");
}

TEST(ImageSet, MarginThatDoesNotFitIsRefused) {
  ImageSetOptions options = small(ImageManifold::cube);
  options.classes = 3;
  // Three slabs leave two gaps: each below half the amplitude.
  const double largest = ImageSet(options).amplitude() / 2;
  options.margin = largest * 0.999;
  EXPECT_EQ(message(options), "accepted");
  options.margin = largest * 1.001;
  expect_refused(options, "--margin", "do not fit between 3 classes");
  options.manifold = ImageManifold::torus;
  options.margin.reset();
  options.margin = 1.001 * 2 * ImageSet(options).amplitude() * std::sin(kPi / 3);
  expect_refused(options, "--margin", "do not fit between 3 classes");
}

TEST(ImageSet, MarginBelowTheRoundingIsRefused) {
  for (const double margin : {-1.0, 0.0, 5.0}) {
    ImageSetOptions options = small(ImageManifold::torus);
    options.margin = margin;
    expect_refused(options, "--margin", "lost in the rounding");
  }
}

TEST(ImageSet, OtherOptionsOutOfRangeAreRefused) {
  const auto changed = [](auto change) {
    ImageSetOptions options = small(ImageManifold::torus);
    change(options);
    return options;
  };
  expect_refused(changed([](auto& o) { o.dimension = 0; }), "--dimension", "0 is outside");
  expect_refused(changed([](auto& o) { o.classes = 1; }), "--classes", "1 is too few");
  expect_refused(changed([](auto& o) { o.samples = 1; }), "--samples", "1 images for 2 classes");
  expect_refused(changed([](auto& o) { o.channels = 2; }), "--channels", "2 channels");
  expect_refused(changed([](auto& o) { o.height = 0; }), "--size", "0x23");
  expect_refused(changed([](auto& o) { o.width = 70000; }), "--size", "17x70000");
  expect_refused(changed([](auto& o) { o.height = o.width = 65535; }), "--size", "2 GiB");
  expect_refused(changed([](auto& o) { o.margin = std::nan(""); }), "--margin", "not a number");
}

TEST(ImageSet, ManifoldNamesAreParsed) {
  EXPECT_EQ(parse_image_manifold("torus"), ImageManifold::torus);
  EXPECT_EQ(parse_image_manifold("cube"), ImageManifold::cube);
  EXPECT_THROW(parse_image_manifold("Torus"), UsageError);
}

}  // namespace
}  // namespace fathom
