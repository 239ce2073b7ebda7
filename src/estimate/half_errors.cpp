#include "estimate/half_errors.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/random.h"
#include "fathom/estimate/split_halves.h"

namespace fathom {

namespace {

constexpr std::uint64_t kSplitStream = 0x68665370;  // apart from every other use of the seed

using Points = std::vector<std::uint32_t>;

}  // namespace

std::array<Points, 2> draw_halves(std::size_t points, std::uint64_t seed, unsigned split) {
  Generator generator = make_generator(seed, (kSplitStream << 32) + split);
  const Points order = random_permutation(static_cast<std::uint32_t>(points), generator);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(points / 2);
  std::array<Points, 2> halves{Points(order.begin(), middle),
                               Points(middle, middle + static_cast<std::ptrdiff_t>(points / 2))};
  for (Points& half : halves) std::ranges::sort(half);
  return halves;
}

bool halves_are_measured(const Sample& sample, std::size_t neighbors, const EstimatorSettings& settings) {
  const std::size_t listed = sample.neighbors.k();
  const bool listed_for_halves = listed + 1 == sample.points() || neighbors_for_halves(neighbors) <= listed;
  return settings.intervals && listed_for_halves && sample.points() / 2 > neighbors;
}

std::vector<std::optional<double>> half_errors(
    const Sample& sample, std::size_t neighbors, std::size_t count, const EstimatorSettings& settings,
    const std::function<std::vector<std::optional<double>>(const Sample& half)>& values, Progress& progress) {
  const auto of_either = [&](const Sample& half, unsigned, unsigned) { return values(half); };
  return half_errors(sample, neighbors, count, settings, of_either, progress);
}

std::vector<std::optional<double>> half_errors(
    const Sample& sample, std::size_t neighbors, std::size_t count, const EstimatorSettings& settings,
    const std::function<std::vector<std::optional<double>>(const Sample& half, unsigned split,
                                                           unsigned side)>& values,
    Progress& progress) {
  std::vector<std::optional<double>> errors(count);
  if (!halves_are_measured(sample, neighbors, settings)) return errors;
  std::vector<double> squares(count, 0.0);
  std::vector<bool> known(count, true);
  for (unsigned split = 0; split < kFewSplits; ++split) {
    progress.check();
    const auto halves = draw_halves(sample.points(), settings.seed, split);
    const PartOfSample a(sample, halves[0], neighbors), b(sample, halves[1], neighbors);
    const auto of_a = values(a.sample(), split, 0), of_b = values(b.sample(), split, 1);
    for (std::size_t value = 0; value < count; ++value) {
      known[value] = known[value] && of_a[value] && of_b[value];
      if (!known[value]) continue;
      const double difference = std::log(*of_a[value] / *of_b[value]);
      squares[value] += difference * difference;
    }
  }
  for (std::size_t value = 0; value < count; ++value) {
    if (known[value]) errors[value] = std::sqrt(squares[value] / kFewSplits) / 2.0;
  }
  return errors;
}

}  // namespace fathom
