#include "learn/seeded_generator.h"

#include <ATen/CPUGeneratorImpl.h>

namespace fathom {

namespace {

std::recursive_mutex& mutex_of_generator() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace

// LibTorch's own mutex, which each draw takes, guards the steps below against draws elsewhere; it cannot be
// held for longer, since the draws meant here take it too.
SeededGenerator::SeededGenerator(std::uint64_t seed) : lock_(mutex_of_generator()) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard<std::mutex> guard(generator.mutex());
  state_before_ = generator.get_state();
  generator.set_current_seed(seed);
}

SeededGenerator::~SeededGenerator() {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard<std::mutex> guard(generator.mutex());
  generator.set_state(state_before_);
}

}  // namespace fathom
