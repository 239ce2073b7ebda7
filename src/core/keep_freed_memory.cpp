#include "fathom/core/keep_freed_memory.h"

#include <malloc.h>

#include <limits>

namespace fathom {

void keep_freed_memory() {
#ifdef __GLIBC__
  // Larger blocks, of which a network has few, would leave holes that smaller ones break up.
  constexpr int kLargestKept = 64 << 20;
  constexpr int kNever = std::numeric_limits<int>::max();
  mallopt(M_MMAP_THRESHOLD, kLargestKept);
  mallopt(M_TRIM_THRESHOLD, kNever);
#endif
}

void give_back_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace fathom
