#include "neighbors/label_distances.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kPairStream = 0x70616972;  // apart from every other use of the seed
/// Components compared for the quantiles, of 8-bit rows and of others, and the pairs that makes, at least and
/// at most.
constexpr std::uint64_t kByteComponents = 1'000'000'000, kFloatComponents = 200'000'000;
constexpr std::uint64_t kFewestPairs = 10'000, kMostPairs = 1 << 18;
/// Draws for every pair wanted, where most pairs share a label or a group.
constexpr std::uint64_t kPatience = 50;

using Pair = std::pair<std::uint32_t, std::uint32_t>;

std::uint64_t pairs_of(std::uint64_t count) {
  return count * (count - 1) / 2;
}

bool counts(const Duplicates& duplicates, const LabelPairsRequest& request, std::uint32_t i,
            std::uint32_t j) {
  return request.label[i] != request.label[j] && duplicates.first[i] != duplicates.first[j] &&
         (request.group.empty() || request.group[i] != request.group[j]);
}

std::vector<Pair> every_pair(const Duplicates& duplicates, const LabelPairsRequest& request) {
  std::vector<Pair> pairs;
  for (std::uint32_t i = 0; i < request.label.size(); ++i) {
    for (std::uint32_t j = i + 1; j < request.label.size(); ++j) {
      if (counts(duplicates, request, i, j)) pairs.emplace_back(i, j);
    }
  }
  return pairs;
}

std::vector<Pair> random_pairs(const Duplicates& duplicates, const LabelPairsRequest& request,
                               std::uint64_t wanted) {
  Generator generator = make_generator(request.seed, kPairStream << 32);
  const std::uint64_t images = request.label.size();
  std::vector<Pair> pairs;
  for (std::uint64_t draw = 0; draw < kPatience * wanted && pairs.size() < wanted; ++draw) {
    const auto i = static_cast<std::uint32_t>(uniform_below(generator, images));
    const auto j = static_cast<std::uint32_t>(uniform_below(generator, images));
    if (counts(duplicates, request, i, j)) pairs.emplace_back(i, j);
  }
  return pairs;
}

double quantile(const std::vector<double>& sorted, double level) {
  const double at = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

}  // namespace

std::uint64_t count_label_pairs(const Duplicates& duplicates, const LabelPairsRequest& request,
                                const std::function<bool(std::uint32_t)>& counted) {
  std::vector<std::uint32_t> images;
  for (std::uint32_t i = 0; i < request.label.size(); ++i) {
    if (counted(duplicates.first[i])) images.push_back(i);
  }
  std::map<std::int32_t, std::uint64_t> of_label;
  for (const std::uint32_t i : images) ++of_label[request.label[i]];
  std::uint64_t pairs = images.empty() ? 0 : pairs_of(images.size());
  for (const auto& [label, count] : of_label) pairs -= pairs_of(count);

  if (!request.group.empty()) {
    std::map<std::uint32_t, std::uint64_t> of_group;
    std::map<std::pair<std::uint32_t, std::int32_t>, std::uint64_t> of_both;
    for (const std::uint32_t i : images) {
      ++of_group[request.group[i]];
      ++of_both[{request.group[i], request.label[i]}];
    }
    for (const auto& [group, count] : of_group) pairs -= pairs_of(count);
    for (const auto& [both, count] : of_both) pairs += pairs_of(count);
  }
  for (const auto& copies : duplicates.groups) {
    if (!counted(copies.front())) continue;
    for (std::size_t i = 0; i < copies.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const bool labels_differ = request.label[copies[i]] != request.label[copies[j]];
        const bool groups_differ =
            request.group.empty() || request.group[copies[i]] != request.group[copies[j]];
        pairs -= labels_differ && groups_differ ? 1 : 0;
      }
    }
  }
  return pairs;
}

LabelDistances label_distances(const PairScan& scan, const Duplicates& duplicates,
                               const LabelPairsRequest& request, std::uint64_t all_pairs) {
  const std::uint64_t components = scan.rows_are_bytes() ? kByteComponents : kFloatComponents;
  const std::uint64_t wanted = std::clamp(components / scan.components(), kFewestPairs, kMostPairs);
  const std::vector<Pair> pairs =
      all_pairs <= wanted ? every_pair(duplicates, request) : random_pairs(duplicates, request, wanted);
  LabelDistances result;
  std::vector<double> squared(pairs.size());
  constexpr std::size_t chunk = 256;
  parallel_for((pairs.size() + chunk - 1) / chunk, scan.options().threads, [&](std::size_t index, unsigned) {
    for (std::size_t p = index * chunk; p < std::min(pairs.size(), (index + 1) * chunk); ++p) {
      squared[p] = scan.exact(duplicates.first[pairs[p].first], duplicates.first[pairs[p].second]).value;
    }
  });
  std::erase(squared, 0.0);  // rows that differ, but by less than float64 can square
  result.pairs = squared.size();
  if (squared.empty()) return result;
  std::ranges::sort(squared);
  for (std::size_t q = 0; q < quantile_levels.size(); ++q) {
    result.quantiles[q] = {quantile(squared, 1.0 - quantile_levels[q])};
  }
  return result;
}

}  // namespace fathom
