#include "fathom/estimate/geodesic.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "estimate/distance_histogram.h"
#include "estimate/graph_distances.h"
#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kSourceStream = 0x67656f64;  // apart from every other use of the seed
constexpr std::size_t kFewestPoints = 101;
constexpr std::array<std::size_t, 3> kNeighbors{5, 10, 20};
constexpr double kTogether = 0.9, kFewestTogether = 0.5;  // shares of the points
constexpr std::size_t kSources = 256;
constexpr double kBinsPerSd = 8.0, kFewestEdges = 2.0;
constexpr double kEdgesPerSd = 1.5;  // at the largest dimension to be told
constexpr std::size_t kFewestBins = 4;

using Bins = std::vector<DistanceHistogram::Bin>;

/// c + b t + a t^2 of t = (r - origin) / unit, through the logarithms of the counts at low < r < high, each
/// weighted by its count. Nothing where there are too few bins to say.
std::optional<Eigen::Vector3d> parabola_through(const Bins& bins, double low, double high, double origin,
                                                double unit) {
  Eigen::Matrix3d squares = Eigen::Matrix3d::Zero();
  Eigen::Vector3d products = Eigen::Vector3d::Zero();
  std::size_t used = 0;
  for (const auto& bin : bins) {
    if (bin.middle <= low || bin.middle >= high || bin.count == 0.0) continue;
    const double t = (bin.middle - origin) / unit;
    const Eigen::Vector3d powers(1.0, t, t * t);
    squares += bin.count * powers * powers.transpose();
    products += bin.count * std::log(bin.count) * powers;
    ++used;
  }
  if (used < kFewestBins) return std::nullopt;
  return squares.ldlt().solve(products);
}

/// The middle of the bin about which, over half a standard deviation either way, most distances are.
double commonest(const Bins& bins) {
  constexpr auto reach = static_cast<std::size_t>(kBinsPerSd / 2.0);
  double most = 0.0, at = 0.0;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    double sum = 0.0;
    const std::size_t end = std::min(bins.size(), b + reach + 1);
    for (std::size_t near = b > reach ? b - reach : 0; near < end; ++near) sum += bins[near].count;
    if (sum > most) {
      most = sum;
      at = bins[b].middle;
    }
  }
  return at;
}

struct Fit {
  double dimension, maximum;  ///< r_max
};

std::optional<Fit> fit(const Bins& bins, double sd) {
  double maximum = commonest(bins), log_count = 0.0;
  for (int round = 0; round < 2; ++round) {
    const auto parabola = parabola_through(bins, maximum - sd, maximum + sd / 2.0, maximum, sd);
    if (!parabola) return std::nullopt;
    const double c = (*parabola)(0), b = (*parabola)(1), a = (*parabola)(2);
    const double t = a < 0.0 ? std::clamp(-b / (2.0 * a), -0.5, 0.5) : 0.0;
    maximum += t * sd;
    log_count = c + b * t + a * t * t;
    if (a >= 0.0) break;
  }
  double products = 0.0, squares = 0.0;
  std::size_t used = 0;
  for (const auto& bin : bins) {
    if (bin.middle <= maximum - 2.0 * sd || bin.middle > maximum || bin.count == 0.0) continue;
    const double log_sine = std::log(std::sin(std::numbers::pi * bin.middle / (2.0 * maximum)));
    products += bin.count * log_sine * (std::log(bin.count) - log_count);
    squares += bin.count * log_sine * log_sine;
    ++used;
  }
  if (used < kFewestBins || !(squares > 0.0)) return std::nullopt;
  return Fit{1.0 + products / squares, maximum};
}

/// `component` in random order, as many as are wanted.
std::vector<std::uint32_t> draw_sources(std::vector<std::uint32_t> component, std::size_t sources,
                                        std::uint64_t seed) {
  Generator generator = make_generator(seed, kSourceStream << 32);
  shuffle(std::span(component), generator);
  component.resize(std::min(component.size(), sources));
  return component;
}

DistanceHistogram path_lengths(const NeighborGraph& graph, const std::vector<std::uint32_t>& sources,
                               unsigned threads, const Progress& progress) {
  double farthest = 0.0;
  for (const double distance : distances_from(graph, sources.front())) {
    if (std::isfinite(distance)) farthest = std::max(farthest, distance);
  }
  // No two points are farther apart than by way of the first source.
  std::vector<DistanceHistogram> of_worker(threads, DistanceHistogram(2.0 * farthest * (1.0 + 1e-9)));
  parallel_for(sources.size(), threads, [&](std::size_t s, unsigned worker) {
    progress.check();
    of_worker[worker].add(distances_from(graph, sources[s]));
  });
  for (unsigned worker = 1; worker < threads; ++worker) of_worker.front().add(of_worker[worker]);
  return of_worker.front();
}

double mean_edge(const NeighborGraph& graph) {
  double sum = 0.0, edges = 0.0;
  for (std::size_t point = 0; point < graph.points(); ++point) {
    for (const double length : graph.lengths(point)) sum += length;
    edges += static_cast<double>(graph.lengths(point).size());
  }
  return sum / edges;
}

struct Connected {
  NeighborGraph graph;
  std::vector<std::uint32_t> component;
};

Connected connected(const NeighborTable& table, std::size_t k) {
  NeighborGraph graph(table, k);
  std::vector<std::uint32_t> component = largest_component(graph);
  return {std::move(graph), std::move(component)};
}

std::optional<Fit> fit_of(const Connected& whole, std::size_t sources, const EstimatorSettings& settings,
                          const Progress& progress) {
  const DistanceHistogram lengths = path_lengths(
      whole.graph, draw_sources(whole.component, sources, settings.seed), settings.threads, progress);
  const double sd = lengths.moments().sd;
  return fit(lengths.bins(sd / kBinsPerSd), sd);
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const std::size_t points = sample.points();
  if (sample.neighbors.rows() < points) return Refusal{"needs the neighbours of all images, not of anchors"};
  if (points < kFewestPoints) {
    return Refusal{"needs at least " + std::to_string(kFewestPoints) + " distinct points, and there are " +
                   std::to_string(points)};
  }
  const auto share = [&](const Connected& one) {
    return static_cast<double>(one.component.size()) / static_cast<double>(points);
  };
  std::size_t k = kNeighbors.front();
  Connected whole = connected(sample.neighbors, k);
  for (std::size_t next = 1; next < kNeighbors.size() && share(whole) < kTogether; ++next) {
    k = kNeighbors[next];
    whole = connected(sample.neighbors, k);
  }
  if (share(whole) < kFewestTogether) {
    return Refusal{"finds no more than " + std::to_string(whole.component.size()) + " of " +
                   std::to_string(points) + " points joined by their " + std::to_string(k) + " neighbours"};
  }
  const std::optional<Fit> found = fit_of(whole, kSources, settings, progress);
  const double edges = found ? found->maximum / mean_edge(whole.graph) : 0.0;
  if (edges < kFewestEdges || !(found->dimension > 0.0)) {
    return Refusal{"finds the commonest distance along the graph within two edges"};
  }
  DimensionEstimate made = plain_estimate("geodesic", "fit", found->dimension, whole.component.size(), k);
  made.largest = 1.0 + std::pow(2.0 * edges / (std::numbers::pi * kEdgesPerSd), 2);
  const auto errors = half_errors(
      sample, k, 1, settings,
      [&](const Sample& half) -> std::vector<std::optional<double>> {
        const Connected of_half = connected(half.neighbors, k);
        const std::optional<Fit> one = fit_of(of_half, kSources / 2, settings, progress);
        return {one && one->dimension > 0.0 ? std::optional(one->dimension) : std::nullopt};
      },
      progress);
  set_uncertainty(made, errors[0], kFewSplits);
  return std::vector{made};
}

}  // namespace

Estimator geodesic_estimator() {
  return {.name = "geodesic",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors.back(); },
          .from_sample = estimate,
          .looks_at_rows = false};
}

}  // namespace fathom
