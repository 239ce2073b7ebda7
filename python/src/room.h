// Rows and neighbours that a call can hold, checked before memory is taken.
#pragma once

#include <cstddef>

namespace fathom::python {

/// Throws InputError: more rows than can be numbered, or more memory for `neighbors` of each row than this
/// machine has left.
void check_room(std::size_t rows, std::size_t neighbors);

}  // namespace fathom::python
