#include "fathom/estimate/mle_noise.h"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>

#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "estimate/kummer.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/estimate/mle.h"

namespace fathom {

namespace {

constexpr double kSmallest = 0.05;      // dimension looked for
constexpr double kLargestFactor = 1.5;  // of the dimension without a correction
constexpr int kBits = 24;               // of the dimension at the maximum

/// Squared distances to the k nearest over 4 sigma^2, of the points that have so many: row by row.
class NoisyDistances {
 public:
  NoisyDistances(const Sample& sample, std::size_t k, double noise)
      : k_(k), components_(static_cast<double>(sample.matrix.stored_cols())) {
    for (std::size_t i = 0; i < sample.neighbors.rows(); ++i) {
      const auto squared = sample.neighbors.squared(i);
      if (squared.size() < k) continue;
      for (const SquaredDistance one : squared.first(k)) values_.push_back(one.value / (4.0 * noise * noise));
    }
    if (values_.empty()) return;
    low_ = *std::ranges::min_element(values_);
    high_ = *std::ranges::max_element(values_);
  }

  std::size_t points() const { return values_.size() / k_; }

  /// Up to what d does not change, the powers of the distances among it.
  double log_likelihood(double d, unsigned threads) const {
    const double b = components_ / 2.0;
    const auto density = log_kummer_between(d / 2.0, b, low_, high_, threads);
    const auto integral = log_kummer_between(d / 2.0 + 1.0, b + 1.0, low_, high_, threads);
    double sum = 0.0;
    for (std::size_t i = 0; i < values_.size(); i += k_) {
      for (std::size_t j = i; j + 1 < i + k_; ++j) sum += density(values_[j]);
      sum -= static_cast<double>(k_ - 1) * integral(values_[i + k_ - 1]);
    }
    return sum;
  }

 private:
  std::size_t k_;
  double components_;
  std::vector<double> values_;
  double low_ = 0.0, high_ = 0.0;
};

struct Maximum {
  double d, information;
};

/// Nothing where the likelihood rises to either end.
std::optional<Maximum> maximize(const NoisyDistances& distances, double without_noise, unsigned threads,
                                const Progress& progress) {
  const double low = std::log(kSmallest), high = std::log(kLargestFactor * without_noise);
  if (!(low < high)) return std::nullopt;
  const auto loss = [&](double log_d) {
    progress.check();
    return -distances.log_likelihood(std::exp(log_d), threads);
  };
  const auto [log_d, least] = boost::math::tools::brent_find_minima(loss, low, high, kBits);
  const double edge = 1e-3;
  if (log_d < low + edge || log_d > high - edge) return std::nullopt;
  const double d = std::exp(log_d), step = 0.01;
  const double bend = (loss(log_d + step) - 2.0 * least + loss(log_d - step)) / (step * step);
  if (!(bend > 0.0)) return std::nullopt;
  return Maximum{d, bend / (d * d)};
}

std::optional<Maximum> maximum_of(const Sample& sample, std::size_t k, double noise, unsigned threads,
                                  const Progress& progress) {
  const std::optional<double> without_noise = mle_value(sample.distances, k, MleVariant::pooled);
  if (!without_noise) return std::nullopt;
  return maximize(NoisyDistances(sample, k, noise), *without_noise, threads, progress);
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  if (!settings.noise_std) return Refusal{"needs the standard deviation of the noise (noise_std)"};
  const std::size_t k = settings.k;
  const double noise = *settings.noise_std / sample.matrix.unit;
  if (!mle_value(sample.distances, k, MleVariant::pooled)) return std::vector<DimensionEstimate>{};
  const std::optional<Maximum> maximum = maximum_of(sample, k, noise, settings.threads, progress);
  if (!maximum) return Refusal{"finds no dimension: noise of that size explains the distances by itself"};
  DimensionEstimate made =
      plain_estimate("mle_noise", "translated_poisson", maximum->d, sample.distances.points_with(k), k);
  made.noise_std = settings.noise_std;
  made.analytic = normal_uncertainty(maximum->d, 1.0 / std::sqrt(maximum->information));
  const auto errors = half_errors(
      sample, k, 1, settings,
      [&](const Sample& half) -> std::vector<std::optional<double>> {
        const auto of_half = maximum_of(half, k, noise, settings.threads, progress);
        return {of_half ? std::optional(of_half->d) : std::nullopt};
      },
      progress);
  set_uncertainty(made, errors.front(), kFewSplits);
  return std::vector{made};
}

}  // namespace

Estimator mle_noise_estimator() {
  return {.name = "mle_noise",
          .neighbors = [](const EstimatorSettings& settings) { return settings.k; },
          .from_sample = estimate};
}

}  // namespace fathom
