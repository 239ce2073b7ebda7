// Wall-clock time of a piece of work.
#pragma once

#include <chrono>

namespace fathom::bench {

template <class Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace fathom::bench
