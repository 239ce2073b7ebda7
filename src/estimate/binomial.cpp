#include "fathom/estimate/binomial.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimate/count_validation.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

/// log of the radius at which the share of all neighbours stands; nothing where neighbours are tied there.
std::optional<double> log_tau(const LogDistances& distances, std::size_t k) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto row = distances.row(i);
    if (row.size() < k) continue;
    for (std::size_t j = 0; j + 1 < k; ++j) ratios.push_back(row[j] - row[k - 1]);
  }
  if (ratios.empty()) return std::nullopt;
  const auto place =
      ratios.begin() + static_cast<std::ptrdiff_t>(kBestBinomialShare * static_cast<double>(ratios.size()));
  std::nth_element(ratios.begin(), place, ratios.end());
  if (!(*place < 0.0)) return std::nullopt;
  return *place;
}

std::optional<double> dimension(std::span<const double> shares, double tau) {
  const double mean = std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size());
  if (!(mean > 0.0 && mean < 1.0)) return std::nullopt;
  return std::log(mean) / std::log(tau);
}

std::optional<double> p_value(std::span<const double> shares, std::size_t k) {
  std::vector<std::uint32_t> inner;
  for (const double share : shares) {
    inner.push_back(static_cast<std::uint32_t>(std::lround(share * static_cast<double>(k - 1))));
  }
  return binomial_p_value(inner, std::vector(inner.size(), static_cast<std::uint32_t>(k - 1)));
}

}  // namespace

PointStatistic binomial_statistic(std::size_t k, double tau) {
  FATHOM_CHECK(k >= 2 && tau > 0.0 && tau < 1.0);
  const double inner = std::log(tau);
  return {k,
          [k, inner](std::span<const double> logs) {
            const auto in = std::ranges::count_if(logs.first(k - 1),
                                                  [&](double one) { return one - logs[k - 1] <= inner; });
            return static_cast<double>(in) / static_cast<double>(k - 1);
          },
          1,
          [tau](std::span<double> shares) -> std::vector<std::optional<double>> {
            if (shares.empty()) return {std::nullopt};
            return {dimension(shares, tau)};
          }};
}

std::optional<DimensionEstimate> binomial(const LogDistances& distances, std::size_t k, double tau) {
  const std::vector<double> shares = numbers_of(distances, binomial_statistic(k, tau));
  const std::optional<double> value = dimension(shares, tau);
  if (!value) return std::nullopt;
  DimensionEstimate made = plain_estimate("binomial", "best_radius", *value, shares.size(), k);
  const double trials = static_cast<double>(shares.size()) * static_cast<double>(k - 1);
  const double error = std::sqrt((std::pow(tau, -*value) - 1.0) / trials) / -std::log(tau);
  made.analytic = normal_uncertainty(*value, error);
  made.p_value = p_value(shares, k);
  return made;
}

Estimator binomial_estimator() {
  return {.name = "binomial",
          .neighbors = [](const EstimatorSettings& settings) { return settings.k; },
          .from_sample = [](const Sample& sample, const EstimatorSettings& settings,
                            Progress& progress) -> EstimateResult {
            const std::size_t k = settings.k;
            const std::optional<double> inner = log_tau(sample.distances, k);
            if (!inner) return std::vector<DimensionEstimate>{};
            const double tau = std::exp(*inner);
            StatisticEstimates estimates{binomial_statistic(k, tau), {}};
            estimates.make.emplace_back([k, tau](const LogDistances& d) { return binomial(d, k, tau); });
            return halved_estimates(std::span(&estimates, 1), sample, settings, progress).front();
          },
          .looks_at_rows = false};
}

}  // namespace fathom
