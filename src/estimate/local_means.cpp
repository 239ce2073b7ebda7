#include "estimate/local_means.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "estimate/half_errors.h"
#include "estimate/halved_estimates.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr std::size_t kChunk = 16;  // points

/// Sums of values over points.
struct Sum {
  double value = 0.0;
  std::size_t points = 0;

  void add(double one) {
    if (!std::isfinite(one)) return;
    value += one;
    ++points;
  }
  void add(const Sum& other) {
    value += other.value;
    points += other.points;
  }
  double mean() const { return value / static_cast<double>(points); }
};

/// Of every point a bit for each half that it is in.
using Sides = std::uint32_t;
static_assert(2 * kFewSplits <= 32);

constexpr Sides side_bit(unsigned split, unsigned half) {
  return Sides{1} << (2 * split + half);
}

std::vector<Sides> draw_sides(std::size_t points, std::uint64_t seed) {
  std::vector<Sides> sides(points, 0);
  for (unsigned split = 0; split < kFewSplits; ++split) {
    const auto halves = draw_halves(points, seed, split);
    for (unsigned half = 0; half < 2; ++half) {
      for (const std::uint32_t point : halves[half]) sides[point] |= side_bit(split, half);
    }
  }
  return sides;
}

/// The values of all variants of all methods, of the whole and of the halves.
class Pass {
 public:
  Pass(std::span<const LocalMethod> methods, const Sample& sample, const EstimatorSettings& settings)
      : methods_(methods), sample_(sample), settings_(settings), rows_(sample.neighbors.rows()) {
    for (const LocalMethod& method : methods) {
      first_.push_back(variants_);
      variants_ += method.variants.size();
      halved_.push_back(halves_are_measured(sample, method.k, settings));
      most_ = std::max(most_, method.k);
      if (halved_.back()) most_in_half_ = std::max(most_in_half_, method.k);
    }
    if (most_in_half_ > 0) sides_ = draw_sides(sample.points(), settings.seed);
    if (settings.local) local_.assign(rows_ * variants_, std::numeric_limits<double>::quiet_NaN());
  }

  void run(Progress& progress) {
    std::vector<std::vector<Sum>> sums((rows_ + kChunk - 1) / kChunk);
    parallel_for(sums.size(), settings_.threads, [&](std::size_t chunk, unsigned) {
      progress.check();
      sums[chunk].resize(parts() * variants_);
      Room room{NeighborhoodProducts(sample_, settings_.simd), {}, std::vector<double>(variants_)};
      for (std::size_t i = chunk * kChunk; i < std::min(rows_, (chunk + 1) * kChunk); ++i) {
        add_row(i, room, sums[chunk]);
      }
    });
    sums_.assign(parts() * variants_, {});
    for (const std::vector<Sum>& chunk : sums) {
      for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i].add(chunk[i]);
    }
  }

  std::vector<DimensionEstimate> estimates(std::size_t m) const {
    const LocalMethod& method = methods_[m];
    std::vector<DimensionEstimate> made;
    for (std::size_t v = 0; v < method.variants.size(); ++v) {
      const std::size_t variant = first_[m] + v;
      const Sum& whole = sums_[variant];
      if (whole.points == 0) continue;
      DimensionEstimate& one = made.emplace_back(
          plain_estimate(method.estimator, method.variants[v], whole.mean(), whole.points, method.k));
      set_uncertainty(one, halved_[m] ? error(variant) : std::nullopt, kFewSplits);
      for (std::size_t i = variant; i < local_.size(); i += variants_) one.local.push_back(local_[i]);
    }
    return made;
  }

 private:
  /// Of a thread. `chosen`: of every part the listed neighbours that are looked at; none where the point is
  /// not in it.
  struct Room {
    NeighborhoodProducts products;
    std::array<std::vector<std::uint32_t>, 1 + 2 * kFewSplits> chosen;
    std::vector<double> values;
  };

  /// The whole, and the two halves of every split.
  std::size_t parts() const { return sides_.empty() ? 1 : 1 + 2 * kFewSplits; }

  void add_row(std::size_t row, Room& room, std::vector<Sum>& sums) {
    const std::size_t taken = choose(row, room);
    if (taken == 0) return;
    room.products.take(row, taken);
    for (std::size_t part = 0; part < parts(); ++part) {
      if (room.chosen[part].empty()) continue;
      std::ranges::fill(room.values, std::numeric_limits<double>::quiet_NaN());
      for (std::size_t m = 0; m < methods_.size(); ++m) {
        const LocalMethod& method = methods_[m];
        if (room.chosen[part].size() < method.k || (part > 0 && !halved_[m])) continue;
        method.at(room.products.neighborhood(std::span(room.chosen[part]).first(method.k)),
                  std::span(room.values).subspan(first_[m], method.variants.size()));
      }
      for (std::size_t v = 0; v < variants_; ++v) sums[part * variants_ + v].add(room.values[v]);
      if (part == 0 && !local_.empty()) std::ranges::copy(room.values, &local_[row * variants_]);
    }
  }

  /// Neighbours that are looked at in some part: so many of the nearest.
  std::size_t choose(std::size_t row, Room& room) const {
    const auto index = sample_.neighbors.index(row);
    std::size_t taken = std::min(most_, index.size());
    room.chosen[0].resize(taken);
    std::iota(room.chosen[0].begin(), room.chosen[0].end(), 0u);
    for (unsigned side = 0; side + 1 < parts(); ++side) {
      std::vector<std::uint32_t>& chosen = room.chosen[1 + side];
      chosen.clear();
      const Sides bit = Sides{1} << side;
      if ((sides_[sample_.neighbors.place(row)] & bit) == 0) continue;
      for (std::uint32_t j = 0; j < index.size() && chosen.size() < most_in_half_; ++j) {
        if ((sides_[number(index[j])] & bit) != 0) chosen.push_back(j);
      }
      if (!chosen.empty()) taken = std::max<std::size_t>(taken, chosen.back() + 1);
    }
    return taken;
  }

  /// Of the logarithm; nothing where some half has no positive mean.
  std::optional<double> error(std::size_t variant) const {
    double squares = 0.0;
    for (std::size_t split = 0; split < kFewSplits; ++split) {
      const Sum &a = sums_[(1 + 2 * split) * variants_ + variant],
                &b = sums_[(2 + 2 * split) * variants_ + variant];
      if (a.points == 0 || b.points == 0 || !(a.mean() > 0.0 && b.mean() > 0.0)) return std::nullopt;
      const double difference = std::log(a.mean() / b.mean());
      squares += difference * difference;
    }
    return std::sqrt(squares / kFewSplits) / 2.0;
  }

  std::span<const LocalMethod> methods_;
  const Sample& sample_;
  const EstimatorSettings& settings_;
  std::size_t rows_, variants_ = 0;
  std::vector<std::size_t> first_;           ///< of every method, among all variants
  std::vector<bool> halved_;                 ///< methods whose halves are measured
  std::size_t most_ = 0, most_in_half_ = 0;  ///< neighbours
  std::vector<Sides> sides_;                 ///< of every point; empty where no halves are measured
  std::vector<Sum> sums_;                    ///< part by part
  std::vector<double> local_;                ///< row by row
};

}  // namespace

std::vector<std::vector<DimensionEstimate>> local_means(std::span<const LocalMethod> methods,
                                                        const Sample& sample,
                                                        const EstimatorSettings& settings,
                                                        Progress& progress) {
  std::vector<std::vector<DimensionEstimate>> all;
  if (methods.empty()) return all;
  Pass pass(methods, sample, settings);
  pass.run(progress);
  for (std::size_t m = 0; m < methods.size(); ++m) all.push_back(pass.estimates(m));
  return all;
}

}  // namespace fathom
