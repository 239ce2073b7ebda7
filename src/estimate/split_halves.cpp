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
/// Splits that one pass over the listed neighbours serves, at most, and numbers of theirs, one for every
/// statistic of every point, that are kept where there are many points.
constexpr unsigned kBatch = 8;
constexpr std::size_t kMostNumbers = 3'000'000;

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

/// One half of one split.
struct Half {
  std::vector<std::optional<double>> log_values;  ///< of all statistics, in a row
  std::vector<std::size_t> used;                  ///< of each statistic: rows that have the neighbours
  std::size_t rows = 0;                           ///< in this half
};

/// The numbers that the rows of a table have in their halves, for the splits of a batch.
class Batch {
 public:
  Batch(std::span<const PointStatistic> statistics, const NeighborTable& table)
      : statistics_(statistics),
        table_(table),
        rows_(table.rows()),
        splits_(static_cast<unsigned>(std::clamp<std::size_t>(
            kMostNumbers / std::max<std::size_t>(1, statistics.size() * rows_), 1, kBatch))),
        numbers_(statistics.size() * splits_ * rows_) {
    for (const PointStatistic& statistic : statistics) neighbors_ = std::max(neighbors_, statistic.neighbors);
  }

  /// That it has room for.
  unsigned splits() const { return splits_; }

  /// `sides` of all points.
  void fill(const LogDistances& distances, const std::vector<Sides>& sides, unsigned splits, unsigned threads,
            Progress& progress) {
    parallel_for((rows_ + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
      progress.check();
      std::vector<std::uint8_t> shared((table_.k() + 63) / 64 * 64, 0);
      std::vector<double> logs(neighbors_);
      const std::size_t end = std::min(rows_, (chunk + 1) * kChunk);
      for (std::size_t i = chunk * kChunk; i < end; ++i) {
        const auto index = table_.index(i);
        const Sides own = sides[table_.place(i)];
        for (std::size_t j = 0; j < index.size(); ++j) {
          const unsigned both = own & sides[number(index[j])];
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

  Half half(const std::vector<Sides>& sides, unsigned split, unsigned side) const {
    Half half;
    std::vector<double> numbers(rows_);
    for (std::size_t s = 0; s < statistics_.size(); ++s) {
      const double* all = numbers_.data() + place(s, split, 0);
      std::size_t inside = 0, count = 0;
      for (std::size_t i = 0; i < rows_; ++i) {
        const std::size_t in = (sides[table_.place(i)] & side_bit(split, side)) != 0 ? 1 : 0;
        numbers[count] = all[i];
        inside += in;
        count += std::isnan(all[i]) ? 0 : in;
      }
      for (const std::optional<double>& value : statistics_[s].evaluate(std::span(numbers).first(count))) {
        half.log_values.push_back(value && *value > 0.0 ? std::optional(std::log(*value)) : std::nullopt);
      }
      half.used.push_back(count);
      half.rows = inside;
    }
    return half;
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

  void set_numbers(std::size_t row, unsigned split, std::span<const double> logs) {
    for (std::size_t s = 0; s < statistics_.size(); ++s) {
      const std::size_t needed = statistics_[s].neighbors;
      numbers_[place(s, split, row)] = logs.size() >= needed ? statistics_[s].number(logs.first(needed))
                                                             : std::numeric_limits<double>::quiet_NaN();
    }
  }

  std::size_t place(std::size_t statistic, unsigned split, std::size_t row) const {
    return (statistic * splits_ + split) * rows_ + row;
  }

  std::span<const PointStatistic> statistics_;
  const NeighborTable& table_;
  std::size_t rows_;
  unsigned splits_;
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
  std::vector<Half> halves(2 * std::size_t{options.splits});
  Batch batch(statistics, table);
  for (unsigned first = 0; first < options.splits; first += batch.splits()) {
    const unsigned splits = std::min(batch.splits(), options.splits - first);
    const std::vector<Sides> sides = draw_sides(table.points(), first, splits, options, progress);
    batch.fill(distances, sides, splits, options.threads, progress);
    parallel_for(2 * std::size_t{splits}, options.threads, [&](std::size_t index, unsigned) {
      progress.check();
      halves[2 * first + index] =
          batch.half(sides, static_cast<unsigned>(index / 2), static_cast<unsigned>(index % 2));
    });
  }

  std::vector<std::vector<std::optional<double>>> errors(statistics.size());
  std::size_t place = 0;
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    std::size_t used = 0, rows = 0;
    for (const Half& half : halves) {
      used += half.used[s];
      rows += half.rows;
    }
    const bool enough = static_cast<double>(used) >= kEnoughPoints * static_cast<double>(rows);
    for (std::size_t value = 0; value < statistics[s].values; ++value, ++place) {
      double sum = 0.0;
      bool all = enough && options.splits > 0;
      for (std::size_t split = 0; split < options.splits && all; ++split) {
        const auto &a = halves[2 * split].log_values[place], &b = halves[2 * split + 1].log_values[place];
        all = a && b;
        if (all) sum += (*a - *b) * (*a - *b);
      }
      errors[s].push_back(all ? std::optional(std::sqrt(sum / options.splits) / 2.0) : std::nullopt);
    }
  }
  return errors;
}

}  // namespace fathom
