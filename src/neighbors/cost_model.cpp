#include "neighbors/cost_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "fathom/core/parallel.h"
#include "neighbors/kernels/select_kernels.h"

namespace fathom::cost_model {

namespace {

// Nanoseconds on one thread of a 2023 server processor with AVX-512 VNNI; other machines shift them together.
constexpr double kByteProduct = 0.0045;              // a component of a pair in a byte tile
constexpr double kDoubleProduct = 0.040;             // in a float64 tile
constexpr double kFloatProduct = 0.025;              // in a projection
constexpr double kPair = 0.25;                       // norms and limits of a pair
constexpr double kRowFloatProduct = 0.021;           // a component of a pair, in float32, by rows
constexpr double kRowPair = 0.55;                    // norms and limits of a pair, by rows
constexpr double kRow = 2000.0, kRowListed = 150.0;  // a row, and a neighbour of it
constexpr double kCandidate = 60.0;                  // a pair that survives, whatever is then done with it
constexpr double kByteDifference = 0.02;             // a component of it in a direct difference of bytes
constexpr double kListed = 900.0;   // a neighbour, with the candidates that it replaces, in tiles
constexpr double kUnsure = 8000.0;  // of a row, candidates that codes cannot tell from neighbours
constexpr double kDirect = 9000.0, kDirectListed = 500.0;  // direct differences of a row, and of a neighbour
constexpr double kGuessed = 400.0;                         // the same in the guess that a filter begins with
constexpr double kEigen = 5.0;                             // of the eigenvectors of n x n, n^3 times

/// Thresholds fall while the scan goes on, and a sample's own directions suit it better than other rows.
constexpr double kOptimism = 2.0;

constexpr std::size_t kQueries = 64;
/// Components that surviving_share() may compare directly.
constexpr std::size_t kTrialComponents = 100'000'000;

/// Distance to the k-th neighbour among `rows` rows, from sorted squared distances to `count` random ones.
double squared_threshold(const std::vector<double>& sorted, const Task& task) {
  const double rank = static_cast<double>(task.neighbors) * static_cast<double>(sorted.size()) /
                      static_cast<double>(task.rows);
  if (rank >= 1.0) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(std::ceil(rank)) - 1)];
  }
  // Fewer than one of the sample is expected within it: go on along the power law of the nearest ten.
  const std::size_t tenth = std::min<std::size_t>(10, sorted.size()) - 1;
  if (!(sorted.front() > 0.0) || !(sorted[tenth] > sorted.front())) return sorted.front();
  const double slope = std::log(sorted[tenth] / sorted.front()) / std::log(static_cast<double>(tenth + 1));
  return sorted.front() * std::pow(rank, slope);
}

double listed(const Task& task) {
  return static_cast<double>(task.rows) * static_cast<double>(task.neighbors);
}

/// Of the candidates that codes leave.
double direct_differences(const Task& task) {
  return 1e-9 * (kDirectListed * listed(task) + kDirect * static_cast<double>(task.rows));
}

}  // namespace

std::size_t sample_rows(const Task& task) {
  return std::min<std::size_t>(task.rows, task.rows >= 40'000 ? 1024 : 512);
}

double tiles(const Task& task) {
  const auto components = static_cast<double>(task.components);
  return 1e-9 * (task.pairs * (components * (task.bytes ? kByteProduct : kDoubleProduct) + kPair) +
                 kListed * listed(task));
}

double rows(const Task& task, std::uint32_t anchors) {
  const auto components = static_cast<double>(task.components);
  const double pairs = static_cast<double>(anchors) * static_cast<double>(task.rows);
  const double product = components * (task.bytes ? kByteProduct : kRowFloatProduct) + kRowPair;
  const double found = kRow + kRowListed * static_cast<double>(task.neighbors);
  return 1e-9 * (pairs * product + found * static_cast<double>(anchors));
}

bool rows_are_fastest(const Task& task, std::uint32_t anchors) {
  const double seconds = rows(task, anchors);
  if (seconds > (task.bytes ? tiles(task) : coded_tiles(task, 0.0))) return false;
  return std::ranges::all_of(filter_sizes, [&](std::size_t size) {
    return size >= task.components || seconds <= projecting(task, size) + filtering(task, size, 0.0);
  });
}

double projecting(const Task& task, std::size_t size) {
  const auto sample = static_cast<double>(sample_rows(task)),
             components = static_cast<double>(task.components);
  const auto directions = static_cast<double>(size);
  const double products = sample * sample * components + 2.0 * sample * directions * components +
                          8.0 * sample * sample * directions + 3.0 * directions * directions * components +
                          static_cast<double>(task.rows) * directions * components;
  return 1e-9 * (kFloatProduct * products + kEigen * directions * directions * directions);
}

double coded_tiles(const Task& task, double share) {
  const auto components = static_cast<double>(task.components);
  return 1e-9 * (task.pairs * (components * kByteProduct + kPair + share * kCandidate) +
                 kListed * listed(task) + kUnsure * static_cast<double>(task.rows)) +
         direct_differences(task);
}

double filtering(const Task& task, std::size_t size, double share) {
  const auto components = static_cast<double>(task.components);
  // Pairs are compared twice: for the guess, and by the limits that it gives.
  const double compared = 2.0 * (static_cast<double>(size) * kByteProduct + kPair);
  const double survived = share * (kCandidate * (task.bytes ? 1.0 : 2.0) + components * kByteDifference);
  const double guessed = kGuessed * static_cast<double>(task.rows) * static_cast<double>(task.neighbors + 12);
  return 1e-9 * (task.pairs * (compared + survived) + guessed + kListed / 3.0 * listed(task)) +
         (task.bytes ? 0.0 : direct_differences(task));
}

FilterPlan plan_filter(const Task& task, const Sample& sample, const PrincipalComponents& components,
                       std::size_t largest) {
  const std::size_t rows = sample.rows(), queries = std::min(rows, kQueries);
  FilterPlan best;
  for (const std::size_t size : filter_sizes) {
    if (size > largest) break;
    const std::size_t directions = std::min(size - 1, components.count());
    std::vector<double> residual(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      double inside = 0.0;
      for (std::size_t j = 0; j < directions; ++j) {
        const double score = components.scores[i * components.count() + j];
        inside += score * score;
      }
      residual[i] = std::sqrt(std::max(0.0, sample.product(i, i) - inside));
    }
    std::size_t survivors = 0;
    for (std::size_t q = 0; q < queries; ++q) {
      std::vector<double> squared;
      for (std::size_t i = 0; i < rows; ++i) {
        if (i != q)
          squared.push_back(sample.product(q, q) + sample.product(i, i) - 2.0 * sample.product(q, i));
      }
      std::ranges::sort(squared);
      const double threshold = squared.empty() ? 0.0 : squared_threshold(squared, task);
      for (std::size_t i = 0; i < rows; ++i) {
        double bound = (residual[q] - residual[i]) * (residual[q] - residual[i]);
        for (std::size_t j = 0; j < directions && bound <= threshold; ++j) {
          const double difference =
              components.scores[q * components.count() + j] - components.scores[i * components.count() + j];
          bound += difference * difference;
        }
        survivors += i != q && bound <= threshold ? 1 : 0;
      }
    }
    const double share =
        std::min(1.0, kOptimism * static_cast<double>(survivors) /
                          static_cast<double>(std::max<std::size_t>(1, queries * (rows - 1))));
    const double seconds = projecting(task, size) + filtering(task, size, share);
    if (best.size == 0 || seconds < best.seconds) best = {size, seconds};
    if (directions == components.count()) break;
  }
  return best;
}

double surviving_share(const Task& task, const Codes& codes, const PairScan& scan) {
  const std::size_t pairs = std::clamp<std::size_t>(kTrialComponents / task.components, 512, 32'768);
  const std::size_t others = std::min<std::size_t>({scan.size(), 512, pairs / 16});
  const std::size_t queries = std::min({others, kQueries, pairs / others});
  // Between the rows that the sample took, where there are enough.
  const auto position = [&](std::size_t i) {
    return static_cast<std::uint32_t>((2 * i + 1) * scan.size() / (2 * others));
  };
  const kernels::KernelSet& set = select_kernels(scan.options().simd);
  std::vector<std::uint32_t> positions, rows;
  for (std::size_t i = 0; i < others; ++i) {
    positions.push_back(position(i));
    rows.push_back(scan.row(positions.back()));
  }
  std::vector<std::size_t> survivors(queries, 0);
  parallel_for(queries, scan.options().threads, [&](std::size_t q, unsigned) {
    const std::size_t query = q * others / queries;
    std::vector<SquaredDistance> exact(others);
    scan.exact(rows[query], rows, exact);
    std::vector<double> squared, bounds;
    for (std::size_t i = 0; i < others; ++i) {
      if (i == query) continue;
      squared.push_back(exact[i].value);
      const auto code = static_cast<std::uint32_t>(
          set.squared_distance_bytes(codes.row(positions[query]), codes.row(positions[i]), codes.cols()));
      bounds.push_back(codes.lower(code, positions[query], positions[i]));
    }
    if (squared.empty()) return;
    std::ranges::sort(squared);
    const double threshold = squared_threshold(squared, task);
    for (const double bound : bounds) survivors[q] += bound <= threshold ? 1 : 0;
  });
  const std::size_t all = queries * (others - std::min<std::size_t>(1, others));
  return all == 0 ? 1.0
                  : static_cast<double>(std::accumulate(survivors.begin(), survivors.end(), std::size_t{0})) /
                        static_cast<double>(all);
}

}  // namespace fathom::cost_model
