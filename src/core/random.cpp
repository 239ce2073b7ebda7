#include "fathom/core/random.h"

#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <numeric>

namespace fathom {

Generator make_generator(std::uint64_t seed, std::uint64_t stream) {
  std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                         static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
  return Generator(sequence);
}

std::uint64_t uniform_below(Generator& generator, std::uint64_t bound) {
  return boost::random::uniform_int_distribution<std::uint64_t>(0, bound - 1)(generator);
}

double uniform_unit(Generator& generator) {
  return boost::random::uniform_01<double>()(generator);
}

double standard_normal(Generator& generator) {
  return boost::random::normal_distribution<double>()(generator);
}

std::vector<std::uint32_t> random_permutation(std::uint32_t count, Generator& generator) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  shuffle(std::span(order), generator);
  return order;
}

}  // namespace fathom
