#include "fathom/estimate/knn_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "estimate/log_log_slope.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr std::size_t kEdges = 5;
constexpr std::size_t kListed = 64;
constexpr std::size_t kSizes = 5;
constexpr std::size_t kAround = 20;  // neighbours whose edges a local value takes in
constexpr std::size_t kChunk = 256;  // points

double log_choose(double n, double k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

/// Probability of at most `most` marked ones among `drawn` of `all`, of which `marked` are.
double hypergeometric_at_most(std::size_t most, std::size_t all, std::size_t marked, std::size_t drawn) {
  const auto n = static_cast<double>(all), m = static_cast<double>(marked), d = static_cast<double>(drawn);
  const std::size_t fewest = marked + drawn > all ? marked + drawn - all : 0;
  double sum = 0.0;
  for (std::size_t x = fewest; x <= std::min({most, marked, drawn}); ++x) {
    const auto hits = static_cast<double>(x);
    sum += std::exp(log_choose(m, hits) + log_choose(n - m, d - hits) - log_choose(n, d));
  }
  return std::min(1.0, sum);
}

/// Of each size of subset.
using Sizes = std::array<double, kSizes>;

/// Of subsets of a sample, the mean length of the edges of each of its points that has neighbours enough.
class EdgeLengths {
 public:
  EdgeLengths(const Sample& sample, unsigned threads, Progress& progress)
      : of_row_(sample.distances.points()) {
    std::vector<std::vector<double>> shares;
    for (std::size_t s = 0; s < kSizes; ++s) {
      const double size = static_cast<double>(sample.points()) * std::pow(0.5, 0.5 * static_cast<double>(s));
      sizes_[s] = std::round(size);
      shares.push_back(edge_shares(sample.points(), static_cast<std::size_t>(sizes_[s]), kEdges, kListed));
    }
    parallel_for((of_row_.size() + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
      progress.check();
      for (std::size_t i = chunk * kChunk; i < std::min(of_row_.size(), (chunk + 1) * kChunk); ++i) {
        set_row(sample.distances.row(i), shares, of_row_[i]);
      }
    });
  }

  bool known(std::size_t row) const { return of_row_[row][0] > 0.0; }
  const Sizes& of_row(std::size_t row) const { return of_row_[row]; }
  std::size_t rows() const { return of_row_.size(); }

  /// From the sum of the lengths of some points; nothing where they do not fall.
  std::optional<double> dimension(const Sizes& lengths) const {
    const double slope = log_log_slope(sizes_, lengths);
    return slope < 0.0 ? std::optional(-1.0 / slope) : std::nullopt;
  }

 private:
  static void set_row(std::span<const double> logs, const std::vector<std::vector<double>>& shares,
                      Sizes& lengths) {
    lengths.fill(0.0);
    if (logs.size() < kListed) return;
    for (std::size_t j = 0; j < kListed; ++j) {
      const double length = std::exp(logs[j]);
      for (std::size_t s = 0; s < kSizes; ++s) lengths[s] += shares[s][j] * length;
    }
  }

  Sizes sizes_{};
  std::vector<Sizes> of_row_;  ///< zero where a point has too few neighbours
};

void add(const Sizes& one, Sizes& sum) {
  for (std::size_t s = 0; s < kSizes; ++s) sum[s] += one[s];
}

std::optional<double> value_of(const EdgeLengths& lengths) {
  Sizes sum{};
  for (std::size_t i = 0; i < lengths.rows(); ++i) add(lengths.of_row(i), sum);
  return lengths.dimension(sum);
}

std::vector<double> local_values(const Sample& sample, const EdgeLengths& lengths) {
  const NeighborTable& table = sample.neighbors;
  constexpr auto none = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> row_of(sample.points(), none);
  for (std::size_t i = 0; i < table.rows(); ++i) row_of[table.place(i)] = i;
  std::vector<double> values(table.rows(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (!lengths.known(i)) continue;
    Sizes sum = lengths.of_row(i);
    for (const ImageIndex other : table.index(i).first(kAround)) {
      if (row_of[number(other)] != none) add(lengths.of_row(row_of[number(other)]), sum);
    }
    values[i] = lengths.dimension(sum).value_or(values[i]);
  }
  return values;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const std::size_t points = sample.distances.points_with(kListed);
  if (points == 0) return std::vector<DimensionEstimate>{};
  const EdgeLengths lengths(sample, settings.threads, progress);
  const std::optional<double> value = value_of(lengths);
  if (!value) return Refusal{"finds edges that are no shorter among more points"};
  DimensionEstimate made = plain_estimate("knn_graph", "log_length", *value, points, kEdges);
  const auto errors = half_errors(
      sample, kListed, 1, settings,
      [&](const Sample& half) -> std::vector<std::optional<double>> {
        return {value_of(EdgeLengths(half, settings.threads, progress))};
      },
      progress);
  set_uncertainty(made, errors[0], kFewSplits);
  if (settings.local) made.local = local_values(sample, lengths);
  return std::vector{made};
}

}  // namespace

std::vector<double> edge_shares(std::size_t n, std::size_t subset, std::size_t k, std::size_t listed) {
  const double drawn = static_cast<double>(subset - 1) / static_cast<double>(n - 1);
  std::vector<double> shares;
  double sum = 0.0;
  for (std::size_t j = 1; j <= listed; ++j) {
    shares.push_back(drawn * hypergeometric_at_most(k - 1, n - 2, j - 1, subset - 2));
    sum += shares.back();
  }
  shares.back() += std::max(0.0, static_cast<double>(k) - sum);
  return shares;
}

Estimator knn_graph_estimator() {
  return {.name = "knn_graph",
          .neighbors = [](const EstimatorSettings&) { return kListed; },
          .from_sample = estimate,
          .looks_at_rows = false};
}

}  // namespace fathom
