#include "fathom/estimate/mind_kl.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "estimate/ball_statistics.h"
#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"

namespace fathom {

namespace {

constexpr std::size_t kNeighbors = 10;
constexpr std::size_t kMeasured = 10000;  // points of a ball
constexpr std::size_t kRises = 4;         // balls beyond the best, on either side
constexpr std::size_t kSteps = 16;        // of d that the balls beside it are apart
constexpr unsigned kGuesses = 8;
constexpr double kFitted = 0.3;  // of log d, on either side of the best

/// Distances to the m-th nearest of ascending values, from ascending places.
class NearestValues {
 public:
  NearestValues(std::span<const double> values, std::size_t m) : values_(values), m_(m) {}

  double distance(double place) {
    while (first_ + m_ < values_.size() && values_[first_ + m_] - place < place - values_[first_]) ++first_;
    return std::max(place - values_[first_], values_[first_ + m_ - 1] - place);
  }

 private:
  std::span<const double> values_;
  std::size_t m_, first_ = 0;
};

struct Found {
  double fractal, whole, as_published;
};

/// Balls of n points beside one sample.
class Comparison {
 public:
  /// `most`: components of the data, which their dimension does not exceed.
  Comparison(const NeighborStatistics& data, SamplePart part, std::size_t most, BallStatistics& balls,
             Progress& progress)
      : data_(data), part_(part), most_(most), balls_(balls), progress_(progress) {}

  /// Nothing where the divergences are undefined.
  std::optional<Found> nearest() {
    const std::size_t guess = nearest_in_likelihood();
    const std::size_t step = std::max<std::size_t>(1, guess / kSteps);
    std::size_t best = guess;
    if (!at(best)) return std::nullopt;
    const auto look_at = [&](std::size_t d) {
      if (at(d) && *at(d) < *at(best)) best = d;
    };
    for (std::size_t d = guess + step; d <= std::min(best + kRises * step, most_); d += step) look_at(d);
    for (std::size_t d = guess; d > step && d - step + kRises * step >= best;) look_at(d -= step);
    return Found{between(best), static_cast<double>(best), static_cast<double>(best_as_published())};
  }

 private:
  /// The ball whose points have the data's maximum-likelihood dimension, or nearly.
  std::size_t nearest_in_likelihood() {
    const auto limited = [&](double d) {
      return static_cast<std::size_t>(std::clamp(std::round(d), 1.0, static_cast<double>(most_)));
    };
    std::size_t guess = limited(data_.dimension);
    for (unsigned i = 0; i < kGuesses; ++i) {
      progress_.check();
      const double ratio = data_.dimension / balls_.of(guess, part_, progress_).dimension;
      const std::size_t next = limited(static_cast<double>(guess) * ratio);
      if (next == guess) break;
      guess = next;
    }
    return guess;
  }

  const std::optional<double>& at(std::size_t d) {
    const auto known = divergence_.find(d);
    if (known != divergence_.end()) return known->second;
    progress_.check();
    const std::vector<double>& ball = balls_.of(d, part_, progress_).ratios;
    const auto m = static_cast<std::size_t>(std::sqrt(static_cast<double>(data_.ratios.size())));
    published_[d] = divergence_of_samples(data_.ratios, ball, 1);
    return divergence_[d] = divergence_of_samples(data_.ratios, ball, m);
  }

  std::size_t best_as_published() const {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [d, divergence] : published_) {
      if (!divergence || *divergence >= least) continue;
      least = *divergence;
      best = d;
    }
    return best;
  }

  double between(std::size_t best) const {
    const auto here = divergence_.find(best);
    const auto before = here == divergence_.begin() ? here : std::prev(here);
    const auto after = std::next(here) == divergence_.end() ? here : std::next(here);
    Eigen::Matrix3d squares = Eigen::Matrix3d::Zero();
    Eigen::Vector3d products = Eigen::Vector3d::Zero();
    double low = 0.0, high = 0.0;  // of log d / best
    std::size_t used = 0;
    for (const auto& [d, divergence] : divergence_) {
      const double off = std::log(static_cast<double>(d) / static_cast<double>(best));
      const bool beside = d >= before->first && d <= after->first;
      if (!divergence || (!beside && std::abs(off) > kFitted)) continue;
      const Eigen::Vector3d powers(1.0, off, off * off);
      squares += powers * powers.transpose();
      products += *divergence * powers;
      low = std::min(low, off);
      high = std::max(high, off);
      ++used;
    }
    if (used < 3) return static_cast<double>(best);
    const Eigen::Vector3d fit = squares.ldlt().solve(products);
    if (!(fit(2) > 0.0)) return static_cast<double>(best);
    return static_cast<double>(best) * std::exp(std::clamp(-fit(1) / (2.0 * fit(2)), low, high));
  }

  const NeighborStatistics& data_;
  SamplePart part_;
  std::size_t most_;
  BallStatistics& balls_;
  Progress& progress_;
  std::map<std::size_t, std::optional<double>> divergence_, published_;  ///< of the balls looked at
};

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const std::size_t components = sample.matrix.stored_cols();
  const std::size_t most = components > 0 ? components : std::numeric_limits<std::uint32_t>::max();
  BallStatistics balls(kNeighbors, NeighborAspect::ratios, sample,
                       std::min(sample.neighbors.rows(), kMeasured), settings);
  const auto found_in = [&](const Sample& looked_at, SamplePart part) -> std::optional<Found> {
    const std::optional<NeighborStatistics> data =
        neighbor_statistics(looked_at, kNeighbors, NeighborAspect::ratios, settings);
    if (!data) return std::nullopt;
    return Comparison(*data, part, most, balls, progress).nearest();
  };
  const std::optional<Found> found = found_in(sample, {});
  if (!found) return std::vector<DimensionEstimate>{};
  const std::size_t n = sample.distances.points_with(kNeighbors + 1);
  std::vector<DimensionEstimate> estimates{
      plain_estimate("mind_kl", "fractal", found->fractal, n, kNeighbors),
      plain_estimate("mind_kl", "whole", found->whole, n, kNeighbors),
      plain_estimate("mind_kl", "as_published", found->as_published, n, kNeighbors)};
  const auto errors = half_errors(
      sample, kNeighbors + 1, 1, settings,
      [&](const Sample& half, unsigned split, unsigned side) -> std::vector<std::optional<double>> {
        const std::optional<Found> of_half = found_in(half, {split, side});
        return {of_half ? std::optional(of_half->fractal) : std::nullopt};
      },
      progress);
  set_uncertainty(estimates[0], errors[0], kFewSplits);
  set_uncertainty(estimates[1], {}, 0);
  set_uncertainty(estimates[2], {}, 0);
  return estimates;
}

}  // namespace

std::optional<double> divergence_of_samples(std::span<const double> data, std::span<const double> other,
                                            std::size_t m) {
  if (m == 0 || data.size() <= m || other.size() < m) return std::nullopt;
  NearestValues among_own(data, m + 1), among_other(other, m);  // the first of its own is itself
  double sum = 0.0, used = 0.0;
  for (const double value : data) {
    const double own = among_own.distance(value), others = among_other.distance(value);
    if (own == 0.0 || others == 0.0) continue;
    sum += std::log(others / own);
    used += 1.0;
  }
  if (used == 0.0) return std::nullopt;
  return sum / used + std::log(static_cast<double>(other.size()) / static_cast<double>(data.size() - 1));
}

Estimator mind_kl_estimator() {
  return {.name = "mind_kl",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors + 1; },
          .from_sample = estimate,
          .looks_at_rows = false};
}

}  // namespace fathom
