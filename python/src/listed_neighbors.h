// Neighbours that others have found, made fit for the estimators: copies of a point taken once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom::python {

/// n x k distances and row indices, row-major, each row nearest first. An index of -1 stands for no
/// neighbour; what follows one in its row is not looked at.
struct ListedNeighbors {
  const double* distance;
  const std::int64_t* index;
  std::size_t rows, k;
};

struct DistinctNeighbors {
  std::vector<std::uint32_t> rows;             ///< of every distinct point its row
  std::vector<std::uint32_t> distinct_of_row;  ///< of every row the distinct point it is
  NeighborTable table;                         ///< of the distinct points
};

/// A row that lists an earlier one at distance zero is a copy of it: left out, and no neighbour of any other.
/// A row's own index among its neighbours is left out too. Rows may be left with fewer than k neighbours.
///
/// Throws InputError: an index that is no row, a distance that is negative or not finite, distances that
/// fall.
DistinctNeighbors distinct_neighbors(const ListedNeighbors& listed);

}  // namespace fathom::python
