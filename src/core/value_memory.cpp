#include "fathom/core/value_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace fathom::detail {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kWorthLargePages = 4 * kLargePage;

std::size_t round_up(std::size_t bytes, std::size_t to) {
  return (bytes + to - 1) / to * to;
}

/// Not by malloc, which keeps freed blocks of up to 32 MB for itself.
void* map_values(std::size_t bytes) {
  const std::size_t rounded = round_up(bytes, kLargePage), mapped = rounded + kLargePage;
  if (mapped < bytes) throw std::bad_alloc();
  void* const start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  auto* const first = static_cast<std::byte*>(start);
  const auto address = reinterpret_cast<std::uintptr_t>(start);
  const std::size_t before = round_up(address, kLargePage) - address;
  std::byte* const values = first + before;
  if (before > 0) munmap(first, before);
  munmap(values + rounded, kLargePage - before);
#ifdef MADV_HUGEPAGE
  madvise(values, rounded, MADV_HUGEPAGE);  // a wish: refused, all goes on
#endif
  return values;
}

}  // namespace

void* allocate_values(std::size_t bytes) {
  if (bytes >= kWorthLargePages) return map_values(bytes);
  void* const values = std::aligned_alloc(kLine, round_up(bytes, kLine));
  if (values == nullptr) throw std::bad_alloc();
  return values;
}

void free_values(void* values, std::size_t bytes) noexcept {
  if (bytes >= kWorthLargePages) {
    munmap(values, round_up(bytes, kLargePage));
  } else {
    std::free(values);
  }
}

void give_back_values(void* first, std::size_t bytes) noexcept {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(first);
  const std::uintptr_t begin = (address + page - 1) / page * page, end = (address + bytes) / page * page;
  if (begin < end) madvise(static_cast<std::byte*>(first) + (begin - address), end - begin, MADV_DONTNEED);
}

}  // namespace fathom::detail
