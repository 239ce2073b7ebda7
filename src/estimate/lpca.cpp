#include "fathom/estimate/lpca.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>

#include "estimate/centered_rows.h"
#include "estimate/halved_estimates.h"
#include "estimate/local_means.h"
#include "estimate/neighborhood.h"

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
std::vector<double> local_spectrum(const Sample& sample, std::size_t row) {
  constexpr std::size_t points = kNeighbors + 1;
  if (sample.matrix.stored_cols() < points) {
    const Eigen::MatrixXd differences = differences_to_neighbors(sample, row, kNeighbors);
    const Eigen::VectorXd sum = differences.rowwise().sum();
    Eigen::MatrixXd products = differences * differences.transpose();
    products.noalias() -= sum * sum.transpose() / static_cast<double>(points);
    return covariance_spectrum(products, points);
  }
  const auto size = static_cast<Eigen::Index>(points);
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(size, size);  // the point itself is the first
  products.bottomRightCorner(size - 1, size - 1) = products_of_neighbors(sample, row, kNeighbors);
  return covariance_spectrum(centered(products), points);
}

void local_dimensions(const Sample& sample, std::size_t row, std::span<double> values) {
  const std::vector<double> spectrum = local_spectrum(sample, row);
  if (spectrum.empty()) return;
  std::ranges::copy(pca_dimensions(spectrum, std::min(sample.matrix.stored_cols(), kNeighbors)),
                    values.begin());
  std::ranges::replace(values, 0.0, std::numeric_limits<double>::quiet_NaN());  // no component stands out
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const CenteredRows rows(sample, settings);
  const std::vector<double> spectrum = covariance_spectrum(rows.products(progress), rows.points());
  if (spectrum.empty()) return Refusal{"has no variance"};
  const auto whole = pca_dimensions(spectrum, std::min(rows.components(), rows.points() - 1));
  std::vector<DimensionEstimate> estimates;
  LocalMethod local{"lpca", {}, kNeighbors, local_dimensions};
  for (std::size_t rule = 0; rule < kPcaRules.size(); ++rule) {
    local.variants.push_back(std::string("local_") + kPcaRules[rule]);
    if (!(whole[rule] > 0.0)) continue;
    set_uncertainty(
        estimates.emplace_back(plain_estimate("lpca", kPcaRules[rule], whole[rule], rows.points())), {}, 0);
  }
  std::ranges::move(local_means(local, sample, settings, progress), std::back_inserter(estimates));
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
  return {.name = "lpca",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors; },
          .from_sample = estimate};
}

}  // namespace fathom
