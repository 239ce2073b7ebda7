// What the allocator does with freed memory.
#pragma once

namespace fathom {

/// Makes malloc keep blocks of up to 64 MB that are freed, for the next one, and not give them back to the
/// system at once. A network allocates and frees the same tensors at every step; fresh pages for each of
/// them, which the system clears, take a fifth of a training step. For the whole process, for good; for
/// programs to call, not for layers.
void keep_freed_memory();

/// The system takes back what malloc holds of memory that was freed.
void give_back_freed_memory();

}  // namespace fathom
