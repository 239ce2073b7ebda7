// LibTorch's global generator, lent for a while.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <mutex>

namespace fathom {

/// LibTorch's modules draw their initial weights, and dropout its masks, from one global generator. While
/// this lives, that generator is as torch.manual_seed(seed) leaves it, and this thread alone may use it so;
/// after, it is what it was. One may live inside another of the same thread.
class SeededGenerator {
 public:
  explicit SeededGenerator(std::uint64_t seed);
  ~SeededGenerator();
  SeededGenerator(const SeededGenerator&) = delete;
  SeededGenerator& operator=(const SeededGenerator&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  torch::Tensor state_before_;
};

}  // namespace fathom
