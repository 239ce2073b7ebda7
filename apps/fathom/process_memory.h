// What this process holds of memory.
#pragma once

#include <cstdint>

namespace fathom {

/// Bytes: the most so far, and now.
std::uint64_t peak_memory_bytes();
std::uint64_t resident_memory_bytes();

}  // namespace fathom
