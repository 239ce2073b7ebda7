#include "fathom/estimate/minimum_spanning_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "estimate/log_log_slope.h"
#include "estimate/spanning_tree.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kOrderStream = 0x74726565;  // apart from every other use of the seed
constexpr std::size_t kMostPoints = 20000, kFewestPoints = 80;
constexpr std::size_t kListed = 20;  // so that few trees need a scan
constexpr std::size_t kOrders = kFewSplits;
constexpr std::size_t kLevels = 4;  // all points, halves, quarters, eighths
constexpr std::size_t kSizes = 3;   // of which a value takes so many

using Points = std::vector<std::uint32_t>;

/// Those with a row in the table, or some of them, ascending.
Points measured_points(const Sample& sample, std::uint64_t seed) {
  Points points;
  for (std::size_t i = 0; i < sample.neighbors.rows(); ++i) {
    points.push_back(static_cast<std::uint32_t>(sample.neighbors.place(i)));
  }
  if (points.size() <= kMostPoints) return points;
  Generator generator = make_generator(seed, kOrderStream << 32);
  shuffle(std::span(points), generator);
  points.resize(kMostPoints);
  std::ranges::sort(points);
  return points;
}

/// Lengths of the trees of one order: of level l, 2^l parts.
using Lengths = std::array<std::vector<double>, kLevels>;

std::size_t part_size(std::size_t points, std::size_t level) {
  return level == 0 ? points : (points >> (kLevels - 1)) << (kLevels - 1 - level);
}

/// d of the parts within part `part` of level `first`, over the mean lengths of each level.
std::optional<double> dimension(std::span<const Lengths> orders, std::size_t points, std::size_t first,
                                std::size_t part) {
  std::array<double, kSizes> sizes{}, means{};
  for (std::size_t s = 0; s < kSizes; ++s) {
    const std::size_t level = first + s, parts = std::size_t{1} << s;
    sizes[s] = static_cast<double>(part_size(points, level));
    for (const Lengths& lengths : orders) {
      for (std::size_t p = part * parts; p < (part + 1) * parts; ++p) means[s] += lengths[level][p];
    }
    means[s] /= static_cast<double>(parts * orders.size());
  }
  const double slope = log_log_slope(sizes, means);
  return slope < 1.0 ? std::optional(1.0 / (1.0 - slope)) : std::nullopt;
}

/// Standard error of log d from the halves of every order.
std::optional<double> log_error(std::span<const Lengths> orders, std::size_t points) {
  double squares = 0.0;
  for (std::size_t order = 0; order < orders.size(); ++order) {
    const auto a = dimension(orders.subspan(order, 1), points, 1, 0),
               b = dimension(orders.subspan(order, 1), points, 1, 1);
    if (!a || !b) return std::nullopt;
    squares += std::log(*a / *b) * std::log(*a / *b);
  }
  return std::sqrt(squares / static_cast<double>(orders.size())) / 2.0;
}

/// All trees of all orders. Lists grow them side by side; scans, which are threaded themselves, in turn.
class Trees {
 public:
  Trees(const Sample& sample, std::size_t levels, const EstimatorSettings& settings)
      : sample_(sample), levels_(levels), settings_(settings) {}

  /// Nothing where groups leave points unjoined.
  std::optional<std::vector<Lengths>> lengths(Progress& progress) const {
    std::vector<Lengths> orders(kOrders);
    std::optional<double> whole = length_of({{0, 0, 0}}, progress).front();
    if (!whole) return std::nullopt;
    for (std::size_t order = 0; order < kOrders; ++order) {
      orders[order][0] = {*whole};
      std::vector<Part> parts;
      for (std::size_t level = 1; level < levels_; ++level) {
        for (std::size_t p = 0; p < std::size_t{1} << level; ++p) parts.push_back({order, level, p});
      }
      const auto found = length_of(parts, progress);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!found[i]) return std::nullopt;
        orders[order][parts[i].level].push_back(*found[i]);
      }
    }
    return orders;
  }

 private:
  struct Part {
    std::size_t order, level, part;
  };

  Points points_of(const Part& part) const {
    Generator generator = make_generator(settings_.seed, (kOrderStream << 32) + 1 + part.order);
    const Points order = random_permutation(static_cast<std::uint32_t>(sample_.points()), generator);
    const std::size_t size = part_size(order.size(), part.level);
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(part.part * size);
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }

  std::vector<std::optional<double>> length_of(const std::vector<Part>& parts, Progress& progress) const {
    std::vector<std::optional<SpanningTree>> trees(parts.size());
    parallel_for(parts.size(), settings_.threads, [&](std::size_t i, unsigned) {
      progress.check();
      trees[i].emplace(sample_, points_of(parts[i]));
      trees[i]->grow_by_lists();
    });
    std::vector<std::optional<double>> lengths;
    for (std::optional<SpanningTree>& tree : trees) {
      const bool joined = tree->grow_by_scans(settings_, progress);
      lengths.push_back(joined ? std::optional(tree->length()) : std::nullopt);
      tree.reset();
    }
    return lengths;
  }

  Sample sample_;
  std::size_t levels_;
  const EstimatorSettings& settings_;
};

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const Points points = measured_points(sample, settings.seed);
  if (points.size() < kFewestPoints) {
    return Refusal{"needs at least " + std::to_string(kFewestPoints) + " distinct points, and there are " +
                   std::to_string(points.size())};
  }
  std::optional<PartOfSample> some;
  if (points.size() < sample.points()) some.emplace(sample, points, sample.neighbors.k());
  const std::size_t levels = settings.intervals ? kLevels : kSizes;
  const auto orders = Trees(some ? some->sample() : sample, levels, settings).lengths(progress);
  if (!orders) return Refusal{"finds points that no pair of different groups joins"};
  const std::optional<double> value = dimension(*orders, points.size(), 0, 0);
  if (!value) return Refusal{"finds trees that grow as fast as the number of points"};
  DimensionEstimate made = plain_estimate("minimum_spanning_tree", "log_length", *value, points.size());
  set_uncertainty(made, settings.intervals ? log_error(*orders, points.size()) : std::nullopt, kOrders);
  return std::vector{made};
}

}  // namespace

Estimator minimum_spanning_tree_estimator() {
  return {.name = "minimum_spanning_tree",
          .neighbors = [](const EstimatorSettings&) { return kListed; },
          .from_sample = estimate};
}

}  // namespace fathom
