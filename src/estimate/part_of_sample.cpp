#include <limits>

#include "fathom/core/error.h"
#include "fathom/estimate/sample.h"

namespace fathom {

namespace {

constexpr auto kOutside = std::numeric_limits<std::uint32_t>::max();

/// Of every point of the whole its number in the part, or kOutside.
std::vector<std::uint32_t> numbers_in_part(std::size_t whole, std::span<const std::uint32_t> points) {
  std::vector<std::uint32_t> numbers(whole, kOutside);
  for (std::size_t i = 0; i < points.size(); ++i) numbers[points[i]] = static_cast<std::uint32_t>(i);
  return numbers;
}

/// Rows of the whole's table that are in the part.
std::vector<std::uint32_t> table_rows(const NeighborTable& whole, std::span<const std::uint32_t> number_of) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < whole.rows(); ++i) {
    if (number_of[whole.place(i)] != kOutside) rows.push_back(static_cast<std::uint32_t>(i));
  }
  return rows;
}

NeighborTable empty_table(const NeighborTable& whole, std::span<const std::uint32_t> number_of,
                          std::size_t points, std::size_t neighbors) {
  std::vector<std::uint32_t> places;
  for (const std::uint32_t i : table_rows(whole, number_of)) places.push_back(number_of[whole.place(i)]);
  return {points, std::move(places), neighbors};
}

}  // namespace

PartOfSample::PartOfSample(const Sample& whole, std::span<const std::uint32_t> points, std::size_t neighbors)
    : matrix_(whole.matrix), table_(0, 1), distances_(neighbors), groups_(whole.groups) {
  const std::vector<std::uint32_t> number_of = numbers_in_part(whole.points(), points);
  for (const std::uint32_t point : points) rows_.push_back(whole.rows[point]);
  table_ = empty_table(whole.neighbors, number_of, points.size(), neighbors);
  const std::vector<std::uint32_t> kept = table_rows(whole.neighbors, number_of);
  std::vector<SquaredDistance> squared;
  std::vector<ImageIndex> index;
  std::vector<double> logs;
  distances_.resize(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    squared.clear();
    index.clear();
    logs.clear();
    const auto all_squared = whole.neighbors.squared(kept[i]);
    const auto all_index = whole.neighbors.index(kept[i]);
    const auto all_logs = whole.distances.row(kept[i]);
    for (std::size_t j = 0; j < all_index.size() && index.size() < neighbors; ++j) {
      const std::uint32_t inside = number_of[number(all_index[j])];
      if (inside == kOutside) continue;
      squared.push_back(all_squared[j]);
      index.push_back(ImageIndex{inside});
      logs.push_back(all_logs[j]);
    }
    table_.set_row(i, squared, index);
    distances_.set_row(i, logs);
  }
}

}  // namespace fathom
