#include "fathom/synth/image_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "fathom/core/error.h"
#include "fathom/core/random.h"
#include "synth/class_layout.h"
#include "synth/smooth_patterns.h"

namespace fathom {
namespace {

constexpr double kMean = 127.5;
// Two gigabytes of patterns.
constexpr std::size_t kMostPatternValues = std::size_t{1} << 28;

std::size_t pattern_count(const ImageSetOptions& options) {
  return options.manifold == ImageManifold::torus ? 2 * options.dimension : options.dimension;
}

synth::PatternShape shape_of(const ImageSetOptions& options) {
  return {options.height, options.width, options.channels};
}

void require(bool holds, const char* option, std::string reason, std::string remedy) {
  if (!holds) throw UsageError(option, std::move(reason), std::move(remedy));
}

void check_size(const ImageSetOptions& options) {
  const std::size_t patterns = pattern_count(options);
  const synth::PatternShape shape = shape_of(options);
  const std::string given = fmt::format("{}x{}", options.height, options.width);
  if (synth::pattern_capacity(shape) < patterns) {
    std::size_t side = 2;
    while (synth::pattern_capacity({side, side, options.channels}) < patterns) ++side;
    throw UsageError(
        "--size",
        fmt::format("an image of {} holds {} independent patterns, {} dimensions on a {} need {}", given,
                    synth::pattern_capacity(shape), options.dimension, image_manifold_name(options.manifold),
                    patterns),
        fmt::format("give at least {0}x{0}, or fewer dimensions", side));
  }
  require(shape.size() <= kMostPatternValues / patterns, "--size",
          fmt::format("{} with {} dimensions needs more than 2 GiB of patterns", given, options.dimension),
          "give smaller images or fewer dimensions");
}

void check_options(const ImageSetOptions& options) {
  constexpr std::size_t largest_side = 65'535, largest_count = 1'000'000'000;
  require(options.dimension >= 1 && options.dimension <= 10'000, "--dimension",
          fmt::format("{} is outside 1..10000", options.dimension), "give a dimension in that range");
  require(options.height >= 1 && options.width >= 1 && options.height <= largest_side &&
              options.width <= largest_side,
          "--size", fmt::format("a side of {}x{} is outside 1..65535", options.height, options.width),
          "give a height and a width in that range");
  require(options.channels == 1 || options.channels == 3, "--channels",
          fmt::format("{} channels are neither grey nor RGB", options.channels), "give 1 (grey) or 3 (rgb)");
  require(options.classes >= 2, "--classes", fmt::format("{} is too few for a margin", options.classes),
          "give 2 or more");
  require(options.samples >= options.classes && options.samples <= largest_count, "--samples",
          fmt::format("{} images for {} classes", options.samples, options.classes),
          "give at least one image a class, and at most 1000000000");
  require(!options.margin || std::isfinite(*options.margin), "--margin", "is not a number",
          "give grey levels, such as 100");
  check_size(options);
}

}  // namespace

std::string_view image_manifold_name(ImageManifold manifold) {
  return manifold == ImageManifold::torus ? "torus" : "cube";
}

ImageManifold parse_image_manifold(std::string_view name) {
  for (const ImageManifold manifold : {ImageManifold::torus, ImageManifold::cube})
    if (name == image_manifold_name(manifold)) return manifold;
  throw UsageError("--manifold", fmt::format("'{}' is no manifold of images", name), "give torus or cube");
}

namespace {

/// Patterns with the largest amplitude that they allow.
struct Patterns {
  std::vector<double> values;
  double amplitude = 0;
};

double largest_amplitude(const ImageSetOptions& options, const std::vector<double>& patterns) {
  const std::size_t values = shape_of(options).size();
  const bool torus = options.manifold == ImageManifold::torus;
  double largest = 0;
  for (std::size_t i = 0; i < values; ++i) {
    double reach = 0;
    for (std::size_t j = 0; j < options.dimension; ++j)
      reach += torus ? std::hypot(patterns[2 * j * values + i], patterns[(2 * j + 1) * values + i])
                     : std::abs(patterns[j * values + i]) / 2;
    largest = std::max(largest, reach);
  }
  return kMean / largest;
}

/// The best of several random sets: one with a single bright spot would waste the range of all other pixels,
/// and the larger the amplitude the less the rounding matters.
Patterns draw_patterns(const ImageSetOptions& options) {
  constexpr std::size_t most_tries = 32, most_values = std::size_t{1} << 25;
  const std::size_t values = shape_of(options).size() * pattern_count(options);
  const std::size_t tries = std::clamp<std::size_t>(most_values / values, 1, most_tries);
  Generator generator = make_generator(options.seed, 0);
  Patterns best;
  for (std::size_t attempt = 0; attempt < tries; ++attempt) {
    std::vector<double> patterns =
        synth::make_smooth_patterns(shape_of(options), pattern_count(options), generator);
    const double amplitude = largest_amplitude(options, patterns);
    if (amplitude > best.amplitude) best = {std::move(patterns), amplitude};
  }
  return best;
}

ImageSetOptions checked(const ImageSetOptions& options) {
  check_options(options);
  return options;
}

}  // namespace

struct ImageSet::Model {
  explicit Model(const ImageSetOptions& given)
      : options(checked(given)),
        values(shape_of(options).size()),
        patterns(draw_patterns(options)),
        layout(options.manifold, options.classes, patterns.amplitude, std::sqrt(static_cast<double>(values)),
               options.margin) {}

  std::span<const double> pattern(std::size_t index) const {
    return std::span(patterns.values).subspan(index * values, values);
  }

  ImageSetOptions options;
  std::size_t values;
  Patterns patterns;
  synth::ClassLayout layout;
};

ImageSet::ImageSet(const ImageSetOptions& options) : model_(std::make_unique<const Model>(options)) {}
ImageSet::~ImageSet() = default;
ImageSet::ImageSet(ImageSet&&) noexcept = default;
ImageSet& ImageSet::operator=(ImageSet&&) noexcept = default;

const ImageSetOptions& ImageSet::options() const {
  return model_->options;
}
std::size_t ImageSet::values_per_image() const {
  return model_->values;
}
double ImageSet::amplitude() const {
  return model_->patterns.amplitude;
}
double ImageSet::margin() const {
  return model_->layout.margin();
}
double ImageSet::label_sharpness() const {
  return 1.0 / margin();
}
double ImageSet::rounding_bound() const {
  return std::sqrt(static_cast<double>(model_->values));
}

std::string ImageSet::class_name(std::size_t label) const {
  const std::size_t digits = std::to_string(options().classes - 1).size();
  return fmt::format("class_{:0{}}", label, digits);
}

std::size_t ImageSet::label(std::size_t i) const {
  return i % options().classes;
}

std::vector<double> ImageSet::latent(std::size_t i) const {
  // Stream 0 made the patterns.
  Generator generator = make_generator(options().seed, i + 1);
  std::vector<double> latent(options().dimension);
  for (double& u : latent) u = uniform_unit(generator);
  latent[0] = model_->layout.coordinate(label(i), latent[0]);
  return latent;
}

std::vector<double> ImageSet::exact_pixels(std::size_t i) const {
  std::vector<double> pixels(values_per_image(), kMean);
  const auto add = [&](double weight, std::span<const double> pattern) {
    for (std::size_t p = 0; p < pixels.size(); ++p) pixels[p] += weight * pattern[p];
  };
  const std::vector<double> u = latent(i);
  for (std::size_t j = 0; j < u.size(); ++j) {
    if (options().manifold == ImageManifold::torus) {
      const double angle = 2 * std::numbers::pi * u[j];
      add(amplitude() * std::cos(angle), model_->pattern(2 * j));
      add(amplitude() * std::sin(angle), model_->pattern(2 * j + 1));
    } else {
      add(amplitude() * (u[j] - 0.5), model_->pattern(j));
    }
  }
  return pixels;
}

std::vector<std::uint8_t> ImageSet::pixels(std::size_t i) const {
  const std::vector<double> exact = exact_pixels(i);
  std::vector<std::uint8_t> pixels(exact.size());
  for (std::size_t p = 0; p < exact.size(); ++p) {
    const double rounded = std::floor(exact[p] + 0.5);
    FATHOM_CHECK(rounded >= 0 && rounded <= 255);
    pixels[p] = static_cast<std::uint8_t>(rounded);
  }
  return pixels;
}

}  // namespace fathom
