#include "fathom/estimate/abide.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "estimate/count_validation.h"
#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/estimate/binomial.h"
#include "fathom/estimate/twonn.h"

namespace fathom {

namespace {

constexpr std::size_t kFewest = 3;                           // neighbours that density is compared with
constexpr std::size_t kListed = kMostAdaptiveNeighbors + 1;  // the last one's density is compared with
constexpr double kThreshold = 6.634896601021213;             // chi-squared of one degree of freedom at 0.99
constexpr double kTolerance = 1e-4;                          // of d, relative
constexpr int kMostSteps = 60, kFreeSteps = 10;
constexpr std::size_t kChunk = 256;  // points

/// Of k the largest d |log T_k(x_i) - log T_k(x_j)| that passes.
const std::array<double, kMostAdaptiveNeighbors + 1>& largest_differences() {
  static const auto all = [] {
    std::array<double, kMostAdaptiveNeighbors + 1> differences{};
    for (std::size_t k = kFewest; k < differences.size(); ++k) {
      differences[k] = 2.0 * std::acosh(std::exp(kThreshold / (4.0 * static_cast<double>(k))));
    }
    return differences;
  }();
  return all;
}

std::uint32_t neighbors_at(const Sample& sample, std::size_t row, double d) {
  const auto logs = sample.distances.row(row);
  if (logs.size() <= kFewest) return 0;
  const auto index = sample.neighbors.index(row);
  const std::size_t most = std::min(logs.size() - 1, kMostAdaptiveNeighbors);
  for (std::size_t k = kFewest; k <= most; ++k) {
    const auto other = sample.distances.row(number(index[k]));
    const bool passes =
        k <= other.size() && d * std::abs(logs[k - 1] - other[k - 1]) < largest_differences()[k];
    if (!passes) return static_cast<std::uint32_t>(std::max(k - 1, kFewest));
  }
  return static_cast<std::uint32_t>(most);
}

/// Neighbours in the balls of the points that have one.
struct Counts {
  std::vector<std::uint32_t> inner, outer;
  double inner_sum = 0.0, outer_sum = 0.0;
};

Counts count(const LogDistances& distances, const std::vector<std::uint32_t>& k_star, double log_tau) {
  Counts counts;
  for (std::size_t i = 0; i < k_star.size(); ++i) {
    if (k_star[i] == 0) continue;
    const auto logs = distances.row(i).first(k_star[i]);
    const auto end = std::upper_bound(logs.begin(), logs.end() - 1, logs.back() + log_tau);
    counts.inner.push_back(static_cast<std::uint32_t>(end - logs.begin()));
    counts.outer.push_back(k_star[i] - 1);
    counts.inner_sum += counts.inner.back();
    counts.outer_sum += counts.outer.back();
  }
  return counts;
}

struct Fit {
  double d, log_tau;
  std::vector<std::uint32_t> k_star;
  Counts counts;
};

/// Counts where the dimension is taken to be d.
Fit counted(const Sample& sample, double d, unsigned threads, const Progress& progress) {
  progress.check();
  Fit fit{d, std::log(kBestBinomialShare) / d, adaptive_neighbors(sample, d, threads), {}};
  fit.counts = count(sample.distances, fit.k_star, fit.log_tau);
  return fit;
}

/// The dimension that the counts give.
double dimension_of(const Fit& fit) {
  return std::log(fit.counts.inner_sum / fit.counts.outer_sum) / fit.log_tau;
}

/// Nothing where there is no fixed point. Counts are whole, so that what they give may step over it: then it
/// is where they do.
std::optional<Fit> fit(const Sample& sample, unsigned threads, const Progress& progress) {
  const std::optional<double> start = twonn_value(sample.distances, TwonnVariant::ml);
  if (!start) return std::nullopt;
  double d = *start, low = 0.0, high = std::numeric_limits<double>::infinity();  // about it
  for (int step = 0; step < kMostSteps; ++step) {
    Fit found = counted(sample, d, threads, progress);
    const double given = dimension_of(found);
    if (!(given > 0.0 && std::isfinite(given))) return std::nullopt;
    (given > d ? low : high) = d;
    const bool between = low > 0.0 && low < high && std::isfinite(high);
    if (std::abs(given - d) < kTolerance * d || (between && high - low < kTolerance * d)) return found;
    d = step >= kFreeSteps && between ? (low + high) / 2.0 : given;
  }
  return std::nullopt;
}

NeighborhoodSizes sizes_of(const std::vector<std::uint32_t>& k_star) {
  std::vector<std::uint32_t> sizes;
  std::ranges::copy_if(k_star, std::back_inserter(sizes), [](std::uint32_t k) { return k > 0; });
  std::ranges::sort(sizes);
  const auto points = static_cast<double>(sizes.size());
  const auto most = std::ranges::count(sizes, kMostAdaptiveNeighbors);
  return {std::accumulate(sizes.begin(), sizes.end(), 0.0) / points, sizes.front(), sizes[sizes.size() / 2],
          sizes.back(), static_cast<double>(most) / points};
}

DimensionEstimate estimate_of(const Fit& found) {
  DimensionEstimate made = plain_estimate("abide", "binomial", found.d, found.counts.inner.size());
  const double spread = std::exp(-found.d * found.log_tau) - 1.0;
  made.analytic = normal_uncertainty(found.d, std::sqrt(spread / found.counts.outer_sum) / -found.log_tau);
  made.p_value = binomial_p_value(found.counts.inner, found.counts.outer);
  made.k_star = sizes_of(found.k_star);
  return made;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  if (sample.neighbors.rows() < sample.points()) {
    return Refusal{"needs the neighbourhoods of all points, not of anchors alone"};
  }
  const std::optional<Fit> found = fit(sample, settings.threads, progress);
  if (!found) return Refusal{"finds no dimension that agrees with its own neighbourhoods"};
  DimensionEstimate made = estimate_of(*found);
  const auto errors = half_errors(
      sample, kListed, 1, settings,
      [&](const Sample& half) -> std::vector<std::optional<double>> {
        const std::optional<Fit> of_half = fit(half, settings.threads, progress);
        return {of_half ? std::optional(of_half->d) : std::nullopt};
      },
      progress);
  set_uncertainty(made, errors.front(), kFewSplits);
  if (settings.local) {
    made.point_values.push_back({"k_star", 1, {found->k_star.begin(), found->k_star.end()}});
  }
  return std::vector{made};
}

}  // namespace

std::vector<std::uint32_t> adaptive_neighbors(const Sample& sample, double d, unsigned threads) {
  FATHOM_CHECK(sample.neighbors.rows() == sample.points());
  std::vector<std::uint32_t> k_star(sample.points());
  parallel_for((k_star.size() + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
    const std::size_t end = std::min(k_star.size(), (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) k_star[i] = neighbors_at(sample, i, d);
  });
  return k_star;
}

Estimator abide_estimator() {
  return {.name = "abide",
          .neighbors = [](const EstimatorSettings&) { return kListed; },
          .from_sample = estimate,
          .looks_at_rows = false};
}

}  // namespace fathom
