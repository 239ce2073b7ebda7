#include "fathom/core/keep_freed_memory.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "fathom/core/value_memory.h"

namespace fathom {
namespace {

/// Larger than malloc keeps by itself after it has seen one (32 MB).
constexpr std::size_t kBlock = 48 << 20;

/// Bytes that malloc holds and nobody uses, after a block was used and freed.
std::size_t kept_of_a_block() {
  std::unique_ptr<char[]> block(new char[kBlock]);
  volatile char* const kept_by_the_compiler = block.get();
  kept_by_the_compiler[kBlock - 1] = 1;
  block.reset();
  return mallinfo2().fordblks;
}

TEST(KeepFreedMemory, LeavesFreedBlocksToTheNextOnes) {
#if defined(FATHOM_SANITIZE_ADDRESS) || defined(FATHOM_SANITIZE_THREAD)
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  ASSERT_LT(kept_of_a_block(), kBlock);
  keep_freed_memory();
  EXPECT_GE(kept_of_a_block(), kBlock);
}

TEST(ValueMemory, GivesBackWholePagesAlone) {
  constexpr std::size_t size = 9 << 20, page = 4096;
  auto* const values = static_cast<unsigned char*>(detail::allocate_values(size));
  std::fill_n(values, size, static_cast<unsigned char>(3));
  detail::give_back_values(values, 5 * page - 1);
  EXPECT_EQ(std::count(values, values + size, 0), 4 * page);
  EXPECT_EQ(values[4 * page], 3);
  detail::give_back_values(values, 0);
  detail::free_values(values, size);
}

}  // namespace
}  // namespace fathom
