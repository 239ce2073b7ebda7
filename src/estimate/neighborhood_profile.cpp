#include "estimate/neighborhood_profile.h"

#include <Eigen/Core>
#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
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
Shares shares_at(const Sample& sample, std::size_t row) {
  const Eigen::MatrixXd products = products_of_neighbors(sample, row, kNumbers.back());
  Shares shares{};
  for (std::size_t j = 0; j < kNumbers.size(); ++j) {
    const auto k = static_cast<Eigen::Index>(kNumbers[j]);
    const Eigen::MatrixXd inner = centered(products.topLeftCorner(k, k));
    shares[j] = inner.squaredNorm() / (inner.trace() * inner.trace());
  }
  return shares;
}

/// Mean over some of the rows.
Shares mean_shares(const Sample& sample, std::vector<std::uint32_t> rows, std::uint64_t seed,
                   unsigned threads, Progress& progress) {
  Generator generator = make_generator(seed, kPointStream << 32);
  shuffle(std::span(rows), generator);
  rows.resize(std::min(rows.size(), kPoints));
  std::vector<Shares> all(rows.size());
  parallel_for((rows.size() + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
    progress.check();
    for (std::size_t i = chunk * kChunk; i < std::min(rows.size(), (chunk + 1) * kChunk); ++i) {
      all[i] = shares_at(sample, rows[i]);
    }
  });
  Shares mean{};
  for (const Shares& one : all) {
    for (std::size_t j = 0; j < kNumbers.size(); ++j) mean[j] += one[j] / static_cast<double>(all.size());
  }
  return mean;
}

}  // namespace

std::optional<NeighborhoodProfile> neighborhood_profile(const Sample& sample, std::uint64_t seed,
                                                        unsigned threads, Progress& progress) {
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
  const Shares shares = mean_shares(sample, rows, seed, threads, progress);
  for (std::size_t j = 0; j < kNumbers.size(); ++j) {
    const double excess = shares[j] - 1.0 / static_cast<double>(kNumbers[j] - 1);
    profile[place++] = -std::log(std::max(excess, kLeastShare));
  }
  profile[place] = 0.5 * std::log(variance) + profile[3];
  return profile;
}

}  // namespace fathom
