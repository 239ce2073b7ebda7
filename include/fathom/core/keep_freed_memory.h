// How the program's allocator treats large blocks.
#pragma once

namespace fathom {

/// Makes malloc keep blocks of up to 64 MB that are freed, for the next one, and not give them back to the
/// system at once. A network allocates and frees the same tensors at every step; fresh pages for each of
/// them, which the system clears, take a fifth of a training step. For the whole process, for good; for
/// programs to call, not for layers.
void keep_freed_memory();

}  // namespace fathom
