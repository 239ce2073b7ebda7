// How much a search by rows keeps beside the matrix.
#pragma once

#include <cstddef>

namespace fathom {

/// Bytes of rows that are kept packed; more are packed block by block whenever they are compared.
inline constexpr std::size_t kMostPackedBytes = std::size_t{64} << 20;

}  // namespace fathom
