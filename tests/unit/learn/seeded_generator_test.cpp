#include "learn/seeded_generator.h"

#include <gtest/gtest.h>

#include <thread>

namespace fathom {
namespace {

TEST(SeededGenerator, IsAsManualSeedLeavesIt) {
  torch::manual_seed(5);
  const torch::Tensor expected = torch::randn(7);
  const SeededGenerator guard(5);
  EXPECT_TRUE(torch::equal(torch::randn(7), expected));
}

// An odd number of normal numbers leaves one in store, which belongs to the state.
TEST(SeededGenerator, LeavesTheGeneratorAsItWas) {
  torch::manual_seed(3);
  torch::randn(1, torch::kFloat64);
  const torch::Tensor expected = torch::randn(5, torch::kFloat64);
  torch::manual_seed(3);
  torch::randn(1, torch::kFloat64);
  {
    const SeededGenerator outer(9);
    torch::rand(4);
    const SeededGenerator inner(10);
    torch::rand(4);
  }
  EXPECT_TRUE(torch::equal(torch::randn(5, torch::kFloat64), expected));
}

TEST(SeededGenerator, InnerOneRestoresTheOuter) {
  torch::manual_seed(4);
  const torch::Tensor expected = torch::rand(6);
  const SeededGenerator outer(4);
  const torch::Tensor before = torch::rand(3);
  {
    const SeededGenerator inner(8);
    torch::rand(11);
  }
  EXPECT_TRUE(torch::equal(torch::cat({before, torch::rand(3)}), expected));
}

TEST(SeededGenerator, ThreadsTakeTurns) {
  torch::manual_seed(6);
  const torch::Tensor expected = torch::rand(1000);
  std::vector<std::thread> threads;
  std::vector<torch::Tensor> drawn(4);
  for (torch::Tensor& mine : drawn) {
    threads.emplace_back([&mine] {
      const SeededGenerator guard(6);
      std::vector<torch::Tensor> parts;
      for (int i = 0; i < 1000; ++i) parts.push_back(torch::rand(1));
      mine = torch::cat(parts);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const torch::Tensor& mine : drawn) EXPECT_TRUE(torch::equal(mine, expected));
}

}  // namespace
}  // namespace fathom
