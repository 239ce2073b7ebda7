#include "fathom/estimate/lpca.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "estimate/centered_rows.h"
#include "estimate/halved_estimates.h"
#include "estimate/neighborhood.h"
#include "estimate/symmetric_eigen.h"

namespace fathom {

namespace {

constexpr std::size_t kNeighbors = 100;

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double count_above(std::span<const double> values, double threshold) {
  return static_cast<double>(std::ranges::count_if(values, [&](double value) { return value > threshold; }));
}

/// Fewest whose sum is at least this share of all.
std::size_t fewest_with(std::span<const double> values, double share) {
  const double wanted = share * sum_of(values);
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    if (sum >= wanted) return i + 1;
  }
  return values.size();
}

double fan(std::span<const double> spectrum) {
  const std::size_t kept = fewest_with(spectrum, 0.95);
  const auto noise = spectrum.subspan(kept - 1);
  std::vector<double> above(spectrum.begin(), spectrum.end());
  for (double& value : above) value -= sum_of(noise) / static_cast<double>(noise.size());
  const std::size_t carried = fewest_with(std::span(above).first(kept), 0.8);
  for (std::size_t i = 0; i + 1 < carried; ++i) {
    if (above[i] > 10.0 * above[i + 1]) return static_cast<double>(i + 1);
  }
  return static_cast<double>(carried);
}

double largest_gap(std::span<const double> spectrum) {
  std::size_t best = 0;
  double largest = 0.0;
  for (std::size_t i = 0; i + 1 < spectrum.size(); ++i) {
    if (spectrum[i] / spectrum[i + 1] <= largest) continue;
    largest = spectrum[i] / spectrum[i + 1];
    best = i;
  }
  return spectrum.size() == 1 ? 1.0 : static_cast<double>(best + 1);
}

double broken_stick(std::span<const double> spectrum, std::size_t components) {
  const double sum = sum_of(spectrum);
  double expected = 0.0;  // times the number of components
  for (std::size_t j = 1; j <= components; ++j) expected += 1.0 / static_cast<double>(j);
  std::size_t count = 0;
  for (; count < spectrum.size(); ++count) {
    if (spectrum[count] * static_cast<double>(components) <= expected * sum) break;
    expected -= 1.0 / static_cast<double>(count + 1);
  }
  return static_cast<double>(count);
}

/// Of the covariance of a point and its neighbours, seen from the point.
std::vector<double> local_spectrum(const Neighborhood& near, SimdLevel simd) {
  thread_local SquareMatrix products;
  const std::size_t points = near.size() + 1;
  if (near.components() < points) {
    near.center_covariance(select_double_kernels(simd), products);
  } else {
    near.center_products(true, products);
  }
  return covariance_spectrum(products, points, simd);
}

LocalMethod local_method(const EstimatorSettings& settings) {
  LocalMethod local{
      "lpca", {}, kNeighbors, [simd = settings.simd](const Neighborhood& near, std::span<double> values) {
        const std::vector<double> spectrum = local_spectrum(near, simd);
        if (spectrum.empty()) return;
        std::ranges::copy(pca_dimensions(spectrum, std::min(near.components(), kNeighbors)), values.begin());
        // No component stands out.
        std::ranges::replace(values, 0.0, std::numeric_limits<double>::quiet_NaN());
      }};
  for (const char* rule : kPcaRules) local.variants.push_back(std::string("local_") + rule);
  return local;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const CenteredRows rows(sample, settings);
  SquareMatrix products = rows.products(progress);
  const std::vector<double> spectrum = covariance_spectrum(products, rows.points(), settings.simd);
  if (spectrum.empty()) return Refusal{"has no variance"};
  const auto whole = pca_dimensions(spectrum, std::min(rows.components(), rows.points() - 1));
  std::vector<DimensionEstimate> estimates;
  for (std::size_t rule = 0; rule < kPcaRules.size(); ++rule) {
    if (!(whole[rule] > 0.0)) continue;
    set_uncertainty(
        estimates.emplace_back(plain_estimate("lpca", kPcaRules[rule], whole[rule], rows.points())), {}, 0);
  }
  return estimates;
}

}  // namespace

std::array<double, kPcaRules.size()> pca_dimensions(std::span<const double> spectrum,
                                                    std::size_t components) {
  const double sum = sum_of(spectrum);
  double squares = 0.0;
  for (const double value : spectrum) squares += value * value;
  return {count_above(spectrum, 0.05 * spectrum[0]),
          fan(spectrum),
          largest_gap(spectrum),
          static_cast<double>(fewest_with(spectrum, 0.95)),
          sum * sum / squares,
          count_above(spectrum, sum / static_cast<double>(components)),
          broken_stick(spectrum, components)};
}

Estimator lpca_estimator() {
  return {
      .name = "lpca",
      .neighbors = [](const EstimatorSettings& settings) { return settings.neighborhoods ? kNeighbors : 0; },
      .from_sample = estimate,
      .from_neighborhoods = local_method};
}

}  // namespace fathom
