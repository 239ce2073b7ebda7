// Random choices: every one takes a seed, and is the same for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace fathom {

/// 64-bit Mersenne Twister: its numbers are fixed by the C++ standard. The standard library's distributions
/// are not, so draw with the functions below (or Boost.Random's), never with std:: distributions or
/// std::shuffle.
using Generator = std::mt19937_64;

/// A generator for one purpose. Different streams of one seed are independent; the same pair repeats exactly.
Generator make_generator(std::uint64_t seed, std::uint64_t stream = 0);

/// Uniform integer in 0..bound-1; bound >= 1.
std::uint64_t uniform_below(Generator& generator, std::uint64_t bound);
/// Uniform number in [0, 1).
double uniform_unit(Generator& generator);
/// Standard normal number.
double standard_normal(Generator& generator);

/// Fisher-Yates shuffle.
template <class T>
void shuffle(std::span<T> values, Generator& generator) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[uniform_below(generator, i)]);
}

/// 0..count-1 in random order.
std::vector<std::uint32_t> random_permutation(std::uint32_t count, Generator& generator);

}  // namespace fathom
