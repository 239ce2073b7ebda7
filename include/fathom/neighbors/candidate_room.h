// How many rows a search keeps as possible neighbours of a row, beside those wanted.
#pragma once

#include <algorithm>
#include <cstddef>

namespace fathom {

/// Places for candidates beyond the `neighbors` wanted of a row. Where bounds are exact a few: a full list is
/// cut back to the nearest, and limits fall the sooner. Where they are not, as many as they may leave
/// undecided: of rows of many components more, since deciding is then a comparison of two long rows, and the
/// list is short beside a row.
constexpr std::size_t candidate_room(std::size_t neighbors, std::size_t components, bool exact) {
  constexpr std::size_t many_components = 16 * 1024;
  if (exact) return std::max<std::size_t>(8, neighbors / 8);
  return std::max<std::size_t>(64, components < many_components ? neighbors / 2 : 2 * neighbors);
}

}  // namespace fathom
