#include "fathom/estimate/corrint.h"

#include <algorithm>
#include <cmath>

#include "estimate/counts_within.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"

namespace fathom {

namespace {

constexpr std::size_t kNear = 10, kFar = 20;  // neighbours whose distances set the scales

/// Of the distances to the k-th neighbour, over the points that have so many.
std::optional<Distance> median_distance(const NeighborTable& table, std::size_t k) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (table.found(i) >= k) distances.push_back(root(table.squared(i)[k - 1]).value);
  }
  if (distances.empty()) return std::nullopt;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::ranges::nth_element(distances, middle);
  if (distances.size() % 2 == 1) return Distance{*middle};
  return Distance{(*std::max_element(distances.begin(), middle) + *middle) / 2.0};
}

struct Slope {
  double value, variance;
};

/// Of log C(r2) - log C(r1).
std::optional<Slope> growth(const std::vector<std::vector<std::uint32_t>>& counts, std::size_t points) {
  double near = 0.0, far = 0.0;
  for (const auto& count : counts) {
    near += count[0];
    far += count[1];
  }
  if (!(near > 0.0)) return std::nullopt;
  const auto rows = static_cast<double>(counts.size());
  double squares = 0.0;
  for (const auto& count : counts) {
    const double h = rows * (count[1] / far - count[0] / near);
    squares += h * h;
  }
  const double variance = squares / (rows - 1.0), n = static_cast<double>(points);
  const double pair_noise = (2.0 / n) * (rows / near - rows / far);
  return Slope{std::log(far / near), std::max(0.0, variance * (1.0 / rows + 3.0 / n) - pair_noise)};
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const std::optional<Distance> near = median_distance(sample.neighbors, kNear),
                                far = median_distance(sample.neighbors, kFar);
  if (!near || !far) return std::vector<DimensionEstimate>{};
  if (!(*near < *far)) return Refusal{"has the same distance to the 10th and to the 20th neighbour"};
  const Distance radii[] = {*near, *far};
  const std::optional<Slope> slope =
      growth(counts_within(sample, radii, settings, progress), sample.points());
  if (!slope) return Refusal{"has no pair of points within the smaller radius"};
  const double scales = std::log(far->value / near->value);
  DimensionEstimate made =
      plain_estimate("corrint", "two_radii", slope->value / scales, sample.neighbors.rows());
  made.analytic = normal_uncertainty(made.value, std::sqrt(slope->variance) / scales);
  made.largest = 2.0 * std::log10(static_cast<double>(sample.points()));
  set_uncertainty(made, {}, 0);
  return std::vector{made};
}

}  // namespace

Estimator corrint_estimator() {
  return {
      .name = "corrint", .neighbors = [](const EstimatorSettings&) { return kFar; }, .from_sample = estimate};
}

}  // namespace fathom
