// Memory for the values of matrices.
#pragma once

#include <cstddef>

namespace fathom::detail {

/// Begins on a cache line, so that vectors of rows of a multiple of 64 bytes never cross one; large memory
/// comes in large pages, where the system has them to give: it is touched and walked through faster. Throws
/// std::bad_alloc.
void* allocate_values(std::size_t bytes);
void free_values(void* values) noexcept;

}  // namespace fathom::detail
