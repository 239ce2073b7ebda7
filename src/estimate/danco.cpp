#include "fathom/estimate/danco.h"

#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "estimate/ball_statistics.h"
#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"

namespace fathom {

namespace {

constexpr std::size_t kNeighbors = 10;
constexpr std::size_t kRises = 4;  // balls beyond the best, on either side

double distance(const NeighborStatistics& data, const NeighborStatistics& ball) {
  return ratio_divergence(data.dimension, ball.dimension, kNeighbors) +
         von_mises_divergence(data.direction, data.concentration, ball.direction, ball.concentration);
}

struct Found {
  double whole, fractal;
};

/// How far the data are from a ball towards the next on either side, in -0.5..0.5. The square root of a
/// divergence grows about linearly with d, at a rate that the balls themselves tell.
double offset(double left, double left_of_ball, double right, double right_of_ball) {
  const double from_left = std::sqrt(left / left_of_ball), from_right = std::sqrt(right / right_of_ball);
  return std::clamp((from_left - from_right) / (from_left + from_right), -0.5, 0.5);
}

/// `most`: components of the data, which their dimension does not exceed.
Found nearest_ball(const NeighborStatistics& data, SamplePart part, std::size_t most, BallStatistics& balls,
                   Progress& progress) {
  std::map<std::size_t, double> distances;
  const auto at = [&](std::size_t d) {
    const auto known = distances.find(d);
    if (known != distances.end()) return known->second;
    progress.check();
    return distances[d] = std::max(0.0, distance(data, balls.of(d, part, progress)));
  };
  std::size_t best =
      static_cast<std::size_t>(std::clamp(std::round(data.dimension), 1.0, static_cast<double>(most)));
  at(best);
  for (std::size_t d = best + 1; d <= std::min(best + kRises, most); ++d) {
    if (at(d) < at(best)) best = d;
  }
  for (std::size_t d = best; d-- > 1 && d + kRises >= best;) {
    if (at(d) < at(best)) best = d;
  }
  const auto whole = static_cast<double>(best);
  const NeighborStatistics& ball = balls.of(best, part, progress);
  const double right = at(best + 1), right_of_ball = distance(ball, balls.of(best + 1, part, progress));
  if (best == 1 && most == 1) return {1.0, 1.0};
  if (best == 1) return {1.0, 1.0 + std::clamp(1.0 - std::sqrt(right / right_of_ball), 0.0, 0.5)};
  const double left_of_ball = distance(ball, balls.of(best - 1, part, progress));
  const double fractal = whole + offset(at(best - 1), left_of_ball, right, right_of_ball);
  return {whole, std::min(fractal, static_cast<double>(most))};
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  BallStatistics balls(kNeighbors, NeighborAspect::angles, sample, sample.neighbors.rows(), settings);
  const auto found_in = [&](const Sample& looked_at, SamplePart part) -> std::optional<Found> {
    const std::optional<NeighborStatistics> data =
        neighbor_statistics(looked_at, kNeighbors, NeighborAspect::angles, settings);
    if (!data) return std::nullopt;
    return nearest_ball(*data, part, sample.matrix.stored_cols(), balls, progress);
  };
  const std::optional<Found> found = found_in(sample, {});
  if (!found) return std::vector<DimensionEstimate>{};
  const std::size_t n = sample.distances.points_with(kNeighbors + 1);
  std::vector<DimensionEstimate> estimates{plain_estimate("danco", "fractal", found->fractal, n, kNeighbors),
                                           plain_estimate("danco", "whole", found->whole, n, kNeighbors)};
  const auto errors = half_errors(
      sample, kNeighbors + 1, 1, settings,
      [&](const Sample& half, unsigned split, unsigned side) -> std::vector<std::optional<double>> {
        const std::optional<Found> of_half = found_in(half, {split, side});
        return {of_half ? std::optional(of_half->fractal) : std::nullopt};
      },
      progress);
  set_uncertainty(estimates[0], errors[0], kFewSplits);
  set_uncertainty(estimates[1], {}, 0);
  return estimates;
}

}  // namespace

double ratio_divergence(double a, double b, std::size_t k) {
  const double ratio = b / a;
  double harmonic = 0.0;  // of k - 1
  for (std::size_t j = 1; j < k; ++j) harmonic += 1.0 / static_cast<double>(j);
  double sum = 0.0;
  for (std::size_t i = 0; i <= k; ++i) {
    const double term =
        boost::math::binomial_coefficient<double>(static_cast<unsigned>(k), static_cast<unsigned>(i)) *
        boost::math::digamma(1.0 + static_cast<double>(i) / ratio);
    sum += i % 2 == 0 ? term : -term;
  }
  const double last = harmonic + 1.0 / static_cast<double>(k);
  return last * ratio - 1.0 - harmonic - std::log(ratio) - static_cast<double>(k - 1) * sum;
}

double von_mises_divergence(double direction_a, double concentration_a, double direction_b,
                            double concentration_b) {
  // Scaled by exp(-x), which leaves the ratio of the two of one argument alone.
  const auto log_i0 = [](double x) {
    return x < 500.0 ? std::log(boost::math::cyl_bessel_i(0, x))
                     : x - 0.5 * std::log(2.0 * M_PI * x) + std::log1p(1.0 / (8.0 * x));
  };
  const auto mean_length = [](double x) {
    return x < 500.0 ? boost::math::cyl_bessel_i(1, x) / boost::math::cyl_bessel_i(0, x)
                     : 1.0 - 1.0 / (2.0 * x) - 1.0 / (8.0 * x * x);
  };
  return log_i0(concentration_b) - log_i0(concentration_a) +
         mean_length(concentration_a) *
             (concentration_a - concentration_b * std::cos(direction_a - direction_b));
}

Estimator danco_estimator() {
  return {.name = "danco",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors + 1; },
          .from_sample = estimate};
}

}  // namespace fathom
