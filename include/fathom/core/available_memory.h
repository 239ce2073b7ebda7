// What this process may still take.
#pragma once

#include <cstdint>

namespace fathom {

/// Bytes of memory that can be taken without anything having to leave it: what Linux reports as available, or
/// less where a control group (a container, a batch job) has a limit. The largest number where none is known.
std::uint64_t available_memory();

}  // namespace fathom
