#include "fathom/core/value_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace fathom::detail {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kWorthLargePages = 4 * kLargePage;

}  // namespace

void* allocate_values(std::size_t bytes) {
  const std::size_t alignment = bytes >= kWorthLargePages ? kLargePage : kLine;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded < bytes) throw std::bad_alloc();
  void* const values = std::aligned_alloc(alignment, rounded);
  if (values == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (alignment == kLargePage) madvise(values, rounded, MADV_HUGEPAGE);  // a wish: refused, all goes on
#endif
  return values;
}

void free_values(void* values) noexcept {
  std::free(values);
}

}  // namespace fathom::detail
