#include "estimate/neighborhood_profile.h"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "estimate/neighborhood.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kPointStream = 0x70726f66;  // apart from every other use of the seed
constexpr std::size_t kPoints = 256;                // whose directions are looked at
constexpr std::size_t kChunk = 16;                  // points
constexpr std::array<std::size_t, 6> kRanks{1, 2, 4, 8, 16, 32};
constexpr std::array<std::size_t, 3> kNumbers{10, 20, 40};  // of neighbours
constexpr std::size_t kSpreadRank = 20;
/// Participation ratios are told from infinite ones by this much of their inverses.
constexpr double kLeastShare = 1e-4;

std::vector<std::uint32_t> rows_with_neighbors(const Sample& sample) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < sample.distances.points(); ++i) {
    if (sample.distances.row(i).size() >= kProfileNeighbors) rows.push_back(i);
  }
  return rows;
}

using Shares = std::array<double, kNumbers.size()>;

/// tr C^2 / (tr C)^2 around one point.
Shares shares_of(const NeighborhoodProducts& products) {
  std::array<std::uint32_t, kNumbers.back()> nearest{};
  std::iota(nearest.begin(), nearest.end(), 0u);
  SquareMatrix inner;
  Shares shares{};
  for (std::size_t j = 0; j < kNumbers.size(); ++j) {
    const std::size_t k = kNumbers[j];
    products.neighborhood(std::span(nearest).first(k)).center_products(false, inner);
    double trace = 0.0, above = 0.0, diagonal = 0.0;
    for (std::size_t a = 0; a < k; ++a) {
      const double* const row = inner.row(a);
      trace += row[a];
      diagonal += row[a] * row[a];
      for (std::size_t b = a + 1; b < k; ++b) above += row[b] * row[b];
    }
    shares[j] = (diagonal + 2.0 * above) / (trace * trace);
  }
  return shares;
}

/// Mean over some of the rows.
Shares mean_shares(const Sample& sample, std::vector<std::uint32_t> rows, const EstimatorSettings& settings,
                   Progress& progress) {
  Generator generator = make_generator(settings.seed, kPointStream << 32);
  shuffle(std::span(rows), generator);
  rows.resize(std::min(rows.size(), kPoints));
  std::vector<Shares> all(rows.size());
  parallel_for((rows.size() + kChunk - 1) / kChunk, settings.threads, [&](std::size_t chunk, unsigned) {
    progress.check();
    NeighborhoodProducts products(sample, settings.simd);
    for (std::size_t i = chunk * kChunk; i < std::min(rows.size(), (chunk + 1) * kChunk); ++i) {
      products.take(rows[i], kNumbers.back());
      all[i] = shares_of(products);
    }
  });
  Shares mean{};
  for (const Shares& one : all) {
    for (std::size_t j = 0; j < kNumbers.size(); ++j) mean[j] += one[j] / static_cast<double>(all.size());
  }
  return mean;
}

}  // namespace

std::optional<NeighborhoodProfile> neighborhood_profile(const Sample& sample,
                                                        const EstimatorSettings& settings,
                                                        Progress& progress) {
  const std::vector<std::uint32_t> rows = rows_with_neighbors(sample);
  if (rows.empty()) return std::nullopt;
  const auto count = static_cast<double>(rows.size());
  std::array<double, kRanks.size()> ratios{};
  double sum = 0.0, squares = 0.0;
  for (const std::uint32_t row : rows) {
    const auto logs = sample.distances.row(row);
    for (std::size_t r = 0; r < kRanks.size(); ++r) {
      ratios[r] += log_ratio(logs, kRanks[r], 2 * kRanks[r]) / count;
    }
    sum += logs[kSpreadRank - 1];
    squares += logs[kSpreadRank - 1] * logs[kSpreadRank - 1];
  }
  const double variance = squares / count - (sum / count) * (sum / count);
  if (std::ranges::min(ratios) <= 0.0 || !(variance > 0.0)) return std::nullopt;

  NeighborhoodProfile profile{};
  std::size_t place = 0;
  for (std::size_t r = 0; r < kRanks.size(); ++r) {
    const auto rank = static_cast<double>(kRanks[r]);
    const double expected = boost::math::digamma(2.0 * rank) - boost::math::digamma(rank);
    profile[place++] = std::log(expected / ratios[r]);
  }
  const Shares shares = mean_shares(sample, rows, settings, progress);
  for (std::size_t j = 0; j < kNumbers.size(); ++j) {
    const double excess = shares[j] - 1.0 / static_cast<double>(kNumbers[j] - 1);
    profile[place++] = -std::log(std::max(excess, kLeastShare));
  }
  profile[place] = 0.5 * std::log(variance) + profile[3];
  return profile;
}

}  // namespace fathom
