#include "fathom/estimate/split_halves.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kSplitStream = 0x68616c76;  // apart from every other use of the seed
constexpr double kEnoughPoints = 0.99;
constexpr std::size_t kChunk = 256;  // points
/// Splits that one pass over the listed neighbours serves. Their numbers take 8 x statistics x points
/// doubles.
constexpr unsigned kBatch = 8;

/// Where a point is in the splits of a batch: bit b for half A of split b, bit kBatch + b for half B.
using Sides = std::uint16_t;
static_assert(2 * kBatch <= std::numeric_limits<Sides>::digits);

constexpr Sides side_bit(unsigned split, unsigned half) {
  return static_cast<Sides>(1u << (half * kBatch + split));
}

std::vector<Sides> draw_sides(std::size_t points, unsigned first_split, unsigned splits,
                              const SplitHalvesOptions& options, Progress& progress) {
  std::vector<std::vector<std::uint32_t>> orders(splits);
  parallel_for(splits, options.threads, [&](std::size_t split, unsigned) {
    progress.check();
    Generator generator = make_generator(options.seed, (kSplitStream << 32) + first_split + split);
    orders[split] = random_permutation(static_cast<std::uint32_t>(points), generator);
  });
  std::vector<Sides> sides(points, 0);
  for (unsigned split = 0; split < splits; ++split) {
    const std::vector<std::uint32_t>& order = orders[split];
    for (std::size_t i = 0; i < points / 2; ++i) {  // of an odd number of points one sits out
      sides[order[2 * i]] |= side_bit(split, 0);
      sides[order[2 * i + 1]] |= side_bit(split, 1);
    }
  }
  return sides;
}

/// Which of 64 neighbours share the point's half of a split: bit j is bit `split` of byte j.
std::uint64_t mask_of(const std::uint8_t* shared, unsigned split) {
  std::uint64_t mask = 0;
  for (unsigned first = 0; first < 64; first += 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, shared + first, 8);
    static_assert(std::endian::native == std::endian::little);
    // The product brings the lowest bits of all bytes together in the highest byte.
    mask |= (((bytes >> split) & 0x0101010101010101) * 0x0102040810204080 >> 56) << first;
  }
  return mask;
}

/// The numbers that points have in their halves, for the splits of a batch.
class Batch {
 public:
  Batch(std::span<const PointStatistic> statistics, std::size_t points)
      : statistics_(statistics), points_(points), numbers_(statistics.size() * kBatch * points) {
    for (const PointStatistic& statistic : statistics) neighbors_ = std::max(neighbors_, statistic.neighbors);
  }

  void fill(const NeighborTable& table, const LogDistances& distances, const std::vector<Sides>& sides,
            unsigned splits, unsigned threads, Progress& progress) {
    parallel_for((points_ + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
      progress.check();
      std::vector<std::uint8_t> shared((table.k() + 63) / 64 * 64, 0);
      std::vector<double> logs(neighbors_);
      const std::size_t end = std::min(points_, (chunk + 1) * kChunk);
      for (std::size_t i = chunk * kChunk; i < end; ++i) {
        const auto index = table.index(i);
        for (std::size_t j = 0; j < index.size(); ++j) {
          const unsigned both = sides[i] & sides[number(index[j])];
          shared[j] = static_cast<std::uint8_t>(both | both >> kBatch);
        }
        std::fill(shared.begin() + static_cast<std::ptrdiff_t>(index.size()), shared.end(), std::uint8_t{0});
        for (unsigned split = 0; split < splits; ++split) {
          const std::size_t found = nearest_within(distances.row(i), shared, split, logs);
          set_numbers(i, split, std::span<const double>(logs).first(found));
        }
      }
    });
  }

  /// Logarithms of the values of all statistics in one half of one split, in a row.
  std::vector<std::optional<double>> log_values(const std::vector<Sides>& sides, unsigned split,
                                                unsigned half) const {
    std::vector<std::optional<double>> logs;
    std::vector<double> numbers(points_);
    for (std::size_t s = 0; s < statistics_.size(); ++s) {
      const double* all = numbers_.data() + place(s, split, 0);
      std::size_t count = 0;
      for (std::size_t i = 0; i < points_; ++i) {
        numbers[count] = all[i];
        count += (sides[i] & side_bit(split, half)) != 0 && !std::isnan(all[i]) ? 1 : 0;
      }
      const bool enough = static_cast<double>(count) >= kEnoughPoints * static_cast<double>(points_ / 2);
      std::vector<std::optional<double>> values(statistics_[s].values);
      if (enough) values = statistics_[s].evaluate(std::span(numbers).first(count));
      for (const std::optional<double>& value : values) {
        logs.push_back(value && *value > 0.0 ? std::optional(std::log(*value)) : std::nullopt);
      }
    }
    return logs;
  }

 private:
  /// Copies the first log distances to neighbours in the point's own half, as many as `logs` takes.
  static std::size_t nearest_within(std::span<const double> row, std::span<const std::uint8_t> shared,
                                    unsigned split, std::span<double> logs) {
    std::size_t found = 0;
    for (std::size_t first = 0; first < shared.size() && found < logs.size(); first += 64) {
      std::uint64_t mask = mask_of(shared.data() + first, split);
      for (; mask != 0 && found < logs.size(); mask &= mask - 1) {
        logs[found++] = row[first + static_cast<std::size_t>(std::countr_zero(mask))];
      }
    }
    return found;
  }

  void set_numbers(std::size_t point, unsigned split, std::span<const double> logs) {
    for (std::size_t s = 0; s < statistics_.size(); ++s) {
      const std::size_t needed = statistics_[s].neighbors;
      numbers_[place(s, split, point)] = logs.size() >= needed ? statistics_[s].number(logs.first(needed))
                                                               : std::numeric_limits<double>::quiet_NaN();
    }
  }

  std::size_t place(std::size_t statistic, unsigned split, std::size_t point) const {
    return (statistic * kBatch + split) * points_ + point;
  }

  std::span<const PointStatistic> statistics_;
  std::size_t points_;
  std::size_t neighbors_ = 0;
  std::vector<double> numbers_;  ///< NaN where too few neighbours in the half are listed
};

}  // namespace

std::size_t neighbors_for_halves(std::size_t neighbors) {
  // Of m listed, a binomial (m, 1/2) number lies in the half; m/2 - 3.1 sqrt(m)/2 >= neighbors at the 99.9 %
  // point.
  const double root = 1.55 + std::sqrt(1.55 * 1.55 + 2.0 * static_cast<double>(neighbors));
  return static_cast<std::size_t>(std::ceil(root * root));
}

std::vector<std::vector<std::optional<double>>> split_half_errors(const NeighborTable& table,
                                                                  const LogDistances& distances,
                                                                  std::span<const PointStatistic> statistics,
                                                                  const SplitHalvesOptions& options,
                                                                  Progress& progress) {
  const std::size_t points = table.rows();
  std::vector<std::vector<std::optional<double>>> logs(2 * std::size_t{options.splits});
  Batch batch(statistics, points);
  for (unsigned first = 0; first < options.splits; first += kBatch) {
    const unsigned splits = std::min(kBatch, options.splits - first);
    const std::vector<Sides> sides = draw_sides(points, first, splits, options, progress);
    batch.fill(table, distances, sides, splits, options.threads, progress);
    parallel_for(2 * std::size_t{splits}, options.threads, [&](std::size_t index, unsigned) {
      progress.check();
      logs[2 * first + index] =
          batch.log_values(sides, static_cast<unsigned>(index / 2), static_cast<unsigned>(index % 2));
    });
  }

  std::vector<std::vector<std::optional<double>>> errors(statistics.size());
  std::size_t place = 0;
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    for (std::size_t value = 0; value < statistics[s].values; ++value, ++place) {
      double sum = 0.0;
      bool all = options.splits > 0;
      for (std::size_t split = 0; split < options.splits && all; ++split) {
        const auto &a = logs[2 * split][place], &b = logs[2 * split + 1][place];
        all = a && b;
        if (all) sum += (*a - *b) * (*a - *b);
      }
      errors[s].push_back(all ? std::optional(std::sqrt(sum / options.splits) / 2.0) : std::nullopt);
    }
  }
  return errors;
}

}  // namespace fathom
