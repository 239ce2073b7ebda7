#include "listed_neighbors.h"

#include <cmath>
#include <string>

#include "fathom/core/error.h"

namespace fathom::python {

namespace {

[[noreturn]] void refuse(std::size_t row, const std::string& reason) {
  throw InputError("X", "row " + std::to_string(row) + " " + reason,
                   "give distances and indices as fathom.nearest_neighbors returns them");
}

/// Neighbours listed of a row before the first -1, checked.
std::size_t listed_of(const ListedNeighbors& listed, std::size_t row) {
  double before = 0.0;
  for (std::size_t j = 0; j < listed.k; ++j) {
    const std::int64_t index = listed.index[row * listed.k + j];
    if (index == -1) return j;
    if (index < 0 || static_cast<std::uint64_t>(index) >= listed.rows) {
      refuse(row, "lists neighbour " + std::to_string(index) + ", and there are " +
                      std::to_string(listed.rows) + " rows");
    }
    const double distance = listed.distance[row * listed.k + j];
    if (!std::isfinite(distance) || distance < 0.0) {
      refuse(row, "holds a distance that is negative, NaN or infinite");
    }
    if (distance < before) refuse(row, "lists its neighbours in another order than nearest first");
    before = distance;
  }
  return listed.k;
}

/// Of every row the first of those equal to it, as far as the lists tell.
std::vector<std::uint32_t> first_of_copies(const ListedNeighbors& listed,
                                           const std::vector<std::size_t>& count) {
  std::vector<std::uint32_t> first(listed.rows);
  for (std::size_t row = 0; row < listed.rows; ++row) {
    first[row] = static_cast<std::uint32_t>(row);
    for (std::size_t j = 0; j < count[row] && listed.distance[row * listed.k + j] == 0.0; ++j) {
      const auto other = static_cast<std::size_t>(listed.index[row * listed.k + j]);
      if (other < row) first[row] = std::min(first[row], first[other]);
    }
  }
  return first;
}

}  // namespace

DistinctNeighbors distinct_neighbors(const ListedNeighbors& listed) {
  std::vector<std::size_t> count(listed.rows);
  for (std::size_t row = 0; row < listed.rows; ++row) count[row] = listed_of(listed, row);
  const std::vector<std::uint32_t> first = first_of_copies(listed, count);
  std::vector<std::uint32_t> rows, distinct_of_row(listed.rows);
  for (std::uint32_t row = 0; row < listed.rows; ++row) {
    if (first[row] == row) {
      distinct_of_row[row] = static_cast<std::uint32_t>(rows.size());
      rows.push_back(row);
    } else {
      distinct_of_row[row] = distinct_of_row[first[row]];
    }
  }
  if (rows.size() < 4) {
    throw InputError("X", "has " + std::to_string(rows.size()) + " distinct rows", "give 4 or more");
  }
  NeighborTable table(rows.size(), listed.k);
  std::vector<SquaredDistance> squared;
  std::vector<ImageIndex> index;
  for (std::size_t point = 0; point < rows.size(); ++point) {
    squared.clear();
    index.clear();
    for (std::size_t j = 0; j < count[rows[point]]; ++j) {
      const std::size_t at = rows[point] * listed.k + j;
      const auto other = static_cast<std::size_t>(listed.index[at]);
      const double distance = listed.distance[at];
      if (first[other] != other || other == rows[point] || distance == 0.0) continue;
      squared.push_back({distance * distance});
      index.push_back(ImageIndex{distinct_of_row[other]});
    }
    table.set_row(point, squared, index);
  }
  return {std::move(rows), std::move(distinct_of_row), std::move(table)};
}

}  // namespace fathom::python
