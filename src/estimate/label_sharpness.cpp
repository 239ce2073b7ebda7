#include "fathom/estimate/label_sharpness.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kDrawStream = 0x64726177;  // apart from every other use of the seed
constexpr std::uint64_t kPublishedStream = 0x70756273;

/// Linear interpolation between order statistics, as NumPy's default.
double quantile(const std::vector<double>& sorted, double level) {
  const double at = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

SampledSharpness sampled(const std::vector<std::optional<SquaredDistance>>& draws, double unit,
                         std::size_t m) {
  SampledSharpness result;
  result.m = m;
  std::vector<double> values;
  for (const auto& squared : draws) {
    if (squared) values.push_back(1.0 / (unit * root(*squared).value));
  }
  result.draws = values.size();
  if (values.empty()) return result;
  std::ranges::sort(values);
  // From the first value on, so that equal draws have exactly their value as mean and 0 as standard
  // deviation.
  for (const double value : values)
    result.mean += (value - values.front()) / static_cast<double>(values.size());
  result.mean += values.front();
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.sd = values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0.0;
  result.quantiles = {quantile(values, 0.05), quantile(values, 0.5), quantile(values, 0.95)};
  return result;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> balanced_draws(std::span<const std::int32_t> labels,
                                                       std::size_t classes, std::size_t m, std::size_t draws,
                                                       std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> members(classes);
  for (std::uint32_t i = 0; i < labels.size(); ++i) members[static_cast<std::size_t>(labels[i])].push_back(i);
  std::size_t each = m / classes;
  for (const auto& member : members) each = std::min(each, member.size());
  each = std::max<std::size_t>(each, 1);
  std::vector<std::vector<std::uint32_t>> result(draws);
  for (std::size_t d = 0; d < draws; ++d) {
    Generator generator = make_generator(seed, (kDrawStream << 32) + d);
    for (auto member : members) {
      const std::size_t wanted = std::min(each, member.size());
      for (std::size_t i = 0; i < wanted; ++i) {
        std::swap(member[i], member[i + uniform_below(generator, member.size() - i)]);
      }
      result[d].insert(result[d].end(), member.begin(), member.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    std::ranges::sort(result[d]);
  }
  return result;
}

LabelSharpness label_sharpness(const LabelPairsResult& pairs, std::span<const Record> records,
                               std::size_t column, const LabelColumn& labels, double unit,
                               std::size_t ambient_dimension, std::size_t m) {
  if (pairs.nearest.empty()) {
    throw InputError("label column \"" + labels.name + "\"",
                     "has no two different images with different labels",
                     "label sharpness needs two classes; measure the dimension alone with --ignore-labels");
  }
  LabelSharpness result;
  const auto name = [&](ImageIndex image) {
    return labels.classes[static_cast<std::size_t>(records[number(image)].labels[column])];
  };
  for (const LabelPair& pair : pairs.nearest) {
    result.pairs.push_back({records[number(pair.a)].path, records[number(pair.b)].path, name(pair.a),
                            name(pair.b), Distance{unit * root(pair.squared).value}});
  }
  result.smallest_distance = result.pairs.front().distance;
  result.value = 1.0 / result.smallest_distance.value;
  result.pair_count = pairs.pairs;
  result.quantile_pairs = pairs.quantile_pairs;
  const double root_size = std::sqrt(static_cast<double>(ambient_dimension));
  result.per_pixel = result.value / root_size;
  result.per_rms = result.value * root_size;
  for (std::size_t q = 0; q < result.quantiles.size(); ++q) {
    result.quantiles[q] = 1.0 / (unit * root(pairs.quantiles[q]).value);
  }
  result.sampled = sampled(pairs.draws, unit, m);
  return result;
}

std::optional<PublishedSharpness> published_sharpness(const PairScan& scan,
                                                      std::span<const std::int32_t> labels, double unit,
                                                      std::uint64_t seed) {
  Generator generator = make_generator(seed, kPublishedStream << 32);
  std::vector<std::uint32_t> images =
      random_permutation(static_cast<std::uint32_t>(labels.size()), generator);
  PublishedSharpness result;
  result.m = std::min<std::size_t>(1000, images.size());
  images.resize(result.m);
  const std::size_t batch = std::min<std::size_t>(500, result.m), batches = result.m / batch;
  std::vector<std::uint32_t> first = images, second = images;
  shuffle(std::span(first), generator);
  shuffle(std::span(second), generator);
  double smallest = 0.0;
  for (std::size_t a = 0; a < batches; ++a) {
    for (std::size_t b = 0; b < batches; ++b) {
      for (std::size_t i = 0; i < batch; ++i) {
        const std::uint32_t x = first[a * batch + i], y = second[b * batch + i];
        if (labels[x] == labels[y]) continue;
        const double squared = scan.exact(x, y).value;
        if (!(squared > 0.0)) continue;
        ++result.pairs;
        if (smallest == 0.0 || squared < smallest) smallest = squared;
      }
    }
  }
  if (result.pairs == 0) return std::nullopt;
  result.value = 1.0 / (unit * std::sqrt(smallest));
  return result;
}

}  // namespace fathom
