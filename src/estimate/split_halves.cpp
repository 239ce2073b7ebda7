#include "fathom/estimate/split_halves.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kSplitStream = 0x68616c76;  // apart from every other use of the seed
constexpr double kEnoughPoints = 0.99;

/// The points of one half with their neighbours in it.
void gather_half(const NeighborTable& table, const LogDistances& distances,
                 const std::vector<std::uint8_t>& side, std::uint8_t half, LogDistances& out) {
  out.clear();
  std::vector<double> row;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (side[i] != half) continue;
    row.clear();
    const auto index = table.index(i);
    const auto logs = distances.row(i);
    for (std::size_t j = 0; j < index.size() && row.size() < out.k(); ++j) {
      if (side[number(index[j])] == half) row.push_back(logs[j]);
    }
    out.append(row);
  }
}

std::optional<double> log_value(const HalfStatistic& statistic, const LogDistances& half) {
  if (static_cast<double>(half.points_with(statistic.neighbors)) <
      kEnoughPoints * static_cast<double>(half.points())) {
    return std::nullopt;
  }
  const std::optional<double> value = statistic.value(half);
  if (!value || !(*value > 0.0)) return std::nullopt;
  return std::log(*value);
}

}  // namespace

std::size_t neighbors_for_halves(std::size_t neighbors) {
  // Of m listed, a binomial (m, 1/2) number lies in the half; m/2 - 3.1 sqrt(m)/2 >= neighbors at the 99.9 %
  // point.
  const double root = 1.55 + std::sqrt(1.55 * 1.55 + 2.0 * static_cast<double>(neighbors));
  return static_cast<std::size_t>(std::ceil(root * root));
}

std::vector<std::optional<double>> split_half_errors(const NeighborTable& table,
                                                     const LogDistances& distances,
                                                     std::span<const HalfStatistic> statistics,
                                                     const SplitHalvesOptions& options, Progress& progress) {
  std::size_t neighbors = 1;
  for (const HalfStatistic& statistic : statistics) neighbors = std::max(neighbors, statistic.neighbors);
  const std::size_t points = table.rows();

  std::vector<std::vector<std::optional<double>>> squares(
      options.splits, std::vector<std::optional<double>>(statistics.size()));
  parallel_for(options.splits, options.threads, [&](std::size_t split, unsigned) {
    progress.check();
    Generator generator = make_generator(options.seed, (kSplitStream << 32) + split);
    const auto order = random_permutation(static_cast<std::uint32_t>(points), generator);
    std::vector<std::uint8_t> side(points, 2);  // of an odd number of points one sits out
    for (std::size_t i = 0; i < points / 2; ++i) {
      side[order[2 * i]] = 0;
      side[order[2 * i + 1]] = 1;
    }
    LogDistances a(neighbors), b(neighbors);
    gather_half(table, distances, side, 0, a);
    gather_half(table, distances, side, 1, b);
    for (std::size_t s = 0; s < statistics.size(); ++s) {
      const auto log_a = log_value(statistics[s], a), log_b = log_value(statistics[s], b);
      if (log_a && log_b) squares[split][s] = (*log_a - *log_b) * (*log_a - *log_b);
    }
  });

  std::vector<std::optional<double>> errors(statistics.size());
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    double sum = 0.0;
    bool all = options.splits > 0;
    for (const auto& split : squares) {
      all = all && split[s].has_value();
      sum += split[s].value_or(0.0);
    }
    if (all) errors[s] = std::sqrt(sum / options.splits) / 2.0;
  }
  return errors;
}

}  // namespace fathom
