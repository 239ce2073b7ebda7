#include "learn/tensor_memory.h"

#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace fathom {
namespace {

constexpr std::int64_t kLargePage = 2 << 20;
constexpr std::int64_t kMegabyte = 1 << 20;

std::int64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

torch::Tensor ones_of(std::int64_t bytes) {
  return torch::ones({bytes}, torch::kUInt8);
}

std::int64_t beyond_large_page(const torch::Tensor& tensor) {
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(tensor.data_ptr()) % kLargePage);
}

class TensorMemory : public testing::Test {
 protected:
  static void SetUpTestSuite() { use_large_pages_for_tensors(); }
};

TEST_F(TensorMemory, BeginsLargeTensorsAtLargePages) {
  for (const std::int64_t bytes : {8 * kMegabyte, 8 * kMegabyte + 1, 33 * kMegabyte}) {
    const torch::Tensor tensor = ones_of(bytes);
    EXPECT_EQ(beyond_large_page(tensor), 0);
    EXPECT_EQ(tensor.sum().item<std::int64_t>(), bytes);
  }
}

TEST_F(TensorMemory, KeepsAFreedBlockForTheNextOfItsLength) {
  torch::Tensor first = ones_of(64 * kMegabyte);
  const void* const place = first.data_ptr();
  first.reset();
  EXPECT_EQ(ones_of(64 * kMegabyte).data_ptr(), place);
}

/// Memory that is left of tensors each of which has another length, and is freed before the next.
std::int64_t bytes_left_of_many_lengths(std::int64_t largest) {
  const std::int64_t before = resident_bytes();
  for (std::int64_t bytes = 40 * kMegabyte; bytes <= largest; bytes += kLargePage) ones_of(bytes);
  return resident_bytes() - before;
}

TEST_F(TensorMemory, KeepsLittleBeyondThePeak) {
  // In a process of its own, where no other test has had a peak.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr std::int64_t kLargest = 100 * kMegabyte;
  EXPECT_EXIT(std::exit(bytes_left_of_many_lengths(kLargest) <= kLargest + 36 * kMegabyte ? 0 : 1),
              testing::ExitedWithCode(0), "");
}

TEST_F(TensorMemory, LeavesSmallTensorsToTheAllocatorThatWas) {
  const torch::Tensor tensor = ones_of(1000);
  EXPECT_EQ(tensor.sum().item<std::int64_t>(), 1000);
  const torch::Tensor none = torch::empty({0});
  EXPECT_EQ(none.numel(), 0);
}

TEST_F(TensorMemory, TakesBackBlocksByTheirAddressAlone) {
  c10::Allocator& memory = *c10::GetCPUAllocator();
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{16} << 20}) {
    void* const block = memory.raw_allocate(bytes);
    std::memset(block, 1, bytes);
    memory.raw_deallocate(block);
  }
  // Of before the change, as LibTorch's own workspaces may be.
  memory.raw_deallocate(c10::GetDefaultCPUAllocator()->raw_allocate(32 << 20));
}

}  // namespace
}  // namespace fathom
