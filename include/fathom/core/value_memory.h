// Memory for the values of matrices.
#pragma once

#include <cstddef>

namespace fathom::detail {

/// Begins on a cache line, so that vectors of rows of a multiple of 64 bytes never cross one; large memory
/// comes in large pages, where the system has them to give: it is touched and walked through faster. It takes
/// no room before it is touched, and none when it is freed. Throws std::bad_alloc.
void* allocate_values(std::size_t bytes);
/// `bytes` as they were asked for.
void free_values(void* values, std::size_t bytes) noexcept;

/// The system takes back the pages that lie within these bytes, whose values are lost. What begins before
/// may have been given back already.
void give_back_values(void* first, std::size_t bytes) noexcept;

}  // namespace fathom::detail
