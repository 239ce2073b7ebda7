#include "fathom/core/available_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fathom {
namespace {

TEST(AvailableMemory, IsSomeOfWhatTheMachineHas) {
  const auto machine =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_GT(available_memory(), std::uint64_t{1} << 20);
  EXPECT_LE(available_memory(), machine);
}

}  // namespace
}  // namespace fathom
