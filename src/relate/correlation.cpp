#include "fathom/relate/correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "relate/distributions.h"

namespace fathom {

namespace {

constexpr std::size_t kFewestClusters = 4;
/// Resamples that one generator draws: to seed one takes as long as to draw some hundred numbers.
constexpr std::size_t kBlock = 256;

/// Points that count `weight` times each.
struct Moments {
  double sum = 0.0, x = 0.0, y = 0.0;   ///< weight in all; means
  double xx = 0.0, yy = 0.0, xy = 0.0;  ///< about the means
};

Moments moments(std::span<const double> x, std::span<const double> y, std::span<const double> weights) {
  Moments m;
  for (std::size_t i = 0; i < x.size(); ++i) {
    m.sum += weights[i];
    m.x += weights[i] * x[i];
    m.y += weights[i] * y[i];
  }
  m.x /= m.sum;
  m.y /= m.sum;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - m.x, dy = y[i] - m.y;
    m.xx += weights[i] * dx * dx;
    m.yy += weights[i] * dy * dy;
    m.xy += weights[i] * dx * dy;
  }
  return m;
}

/// Rounding leaves some variance in values that are all the same.
bool varies(double sum_of_squares, double weight, double mean) {
  return sum_of_squares > 1e-24 * weight * mean * mean && sum_of_squares > 0.0;
}

/// NaN where a variable is constant.
double pearson(const Moments& m) {
  if (!varies(m.xx, m.sum, m.x) || !varies(m.yy, m.sum, m.y)) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(m.xy / std::sqrt(m.xx * m.yy), -1.0, 1.0);
}

std::vector<std::size_t> ascending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// Ranks from 1 of points that count `weight` times; equal values share the mean of theirs. Sorted once, the
/// ranks of any weights take one pass.
void rank(std::span<const double> values, std::span<const std::size_t> order, std::span<const double> weights,
          std::vector<double>& ranks) {
  double before = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double tied = 0.0;
    while (last < order.size() && values[order[last]] == values[order[first]]) tied += weights[order[last++]];
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = before + (tied + 1.0) / 2.0;
    before += tied;
    first = last;
  }
}

struct Coefficients {
  double pearson, spearman;
};

/// Both coefficients for any weights of the same points.
class Weighted {
 public:
  Weighted(std::span<const double> x, std::span<const double> y)
      : x_(x), y_(y), x_order_(ascending(x)), y_order_(ascending(y)) {}

  Coefficients of(std::span<const double> weights) const {
    std::vector<double> x_ranks(x_.size()), y_ranks(y_.size());
    rank(x_, x_order_, weights, x_ranks);
    rank(y_, y_order_, weights, y_ranks);
    return {pearson(moments(x_, y_, weights)), pearson(moments(x_ranks, y_ranks, weights))};
  }

 private:
  std::span<const double> x_, y_;
  std::vector<std::size_t> x_order_, y_order_;
};

/// Linear between order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
double quantile(const std::vector<double>& sorted, double probability) {
  const double at = probability * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

std::optional<Interval> percentiles(std::vector<double> values, double confidence) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  return Interval{quantile(values, 0.5 - confidence / 2.0), quantile(values, 0.5 + confidence / 2.0)};
}

void add_bootstrap(Correlation& correlation, const Weighted& weighted, std::span<const std::size_t> cluster,
                   const BootstrapOptions& options, Progress& progress) {
  std::map<std::size_t, std::size_t> numbers;
  std::vector<std::size_t> number;
  for (const std::size_t key : cluster) number.push_back(numbers.emplace(key, numbers.size()).first->second);
  const std::size_t clusters = numbers.size();
  if (clusters < kFewestClusters || options.resamples == 0) return;
  std::vector<double> pearsons(options.resamples), spearmans(options.resamples);
  const std::size_t blocks = (options.resamples + kBlock - 1) / kBlock;
  parallel_for(blocks, options.threads, [&](std::size_t block, unsigned) {
    progress.check();
    Generator generator = make_generator(options.seed, block);
    std::vector<double> drawn(clusters), weights(number.size());
    const std::size_t end = std::min(options.resamples, (block + 1) * kBlock);
    for (std::size_t resample = block * kBlock; resample < end; ++resample) {
      std::ranges::fill(drawn, 0.0);
      for (std::size_t i = 0; i < clusters; ++i) drawn[uniform_below(generator, clusters)] += 1.0;
      for (std::size_t i = 0; i < number.size(); ++i) weights[i] = drawn[number[i]];
      const Coefficients found = weighted.of(weights);
      pearsons[resample] = found.pearson;
      spearmans[resample] = found.spearman;
    }
  });
  correlation.pearson.bootstrap_interval = percentiles(std::move(pearsons), options.confidence);
  correlation.spearman.bootstrap_interval = percentiles(std::move(spearmans), options.confidence);
}

CorrelationCoefficient coefficient(double r, std::size_t n, double variance_factor, double confidence) {
  CorrelationCoefficient out;
  out.r = r;
  const double points = static_cast<double>(n);
  const double t = std::abs(r) < 1.0 ? r * std::sqrt((points - 2.0) / (1.0 - r * r))
                                     : std::numeric_limits<double>::infinity();
  out.p_value = t_two_sided(t, points - 2.0);
  out.interval = {-1.0, 1.0};
  if (n > 3) {
    const double half = normal_quantile(0.5 + confidence / 2.0) * std::sqrt(variance_factor / (points - 3.0));
    out.interval = {std::tanh(std::atanh(r) - half), std::tanh(std::atanh(r) + half)};
  }
  return out;
}

}  // namespace

std::optional<Correlation> correlate(std::span<const double> x, std::span<const double> y,
                                     std::span<const std::size_t> cluster, const BootstrapOptions& options,
                                     Progress& progress) {
  FATHOM_CHECK(x.size() == y.size() && x.size() == cluster.size());
  if (x.size() < 3) return std::nullopt;
  const std::vector<double> once(x.size(), 1.0);
  const Weighted weighted(x, y);
  const Coefficients found = weighted.of(once);
  if (std::isnan(found.pearson)) return std::nullopt;
  const Moments m = moments(x, y, once);
  Correlation correlation;
  correlation.n = x.size();
  correlation.pearson = coefficient(found.pearson, x.size(), 1.0, options.confidence);
  correlation.spearman =
      coefficient(found.spearman, x.size(), 1.0 + found.spearman * found.spearman / 2.0, options.confidence);
  correlation.slope = m.xy / m.xx;
  correlation.intercept = m.y - correlation.slope * m.x;
  add_bootstrap(correlation, weighted, cluster, options, progress);
  return correlation;
}

}  // namespace fathom
