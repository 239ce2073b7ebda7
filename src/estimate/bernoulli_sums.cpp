#include "estimate/bernoulli_sums.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace fathom {

namespace {

constexpr std::size_t kBlock = 64;

/// e^x - 1 for 0 <= x <= 700, without a branch or a call, which is what lets the compiler vectorise it.
///
/// x = k log 2 + f with |f| <= log(2) / 2; e^x - 1 = 2^k (e^f - 1) + (2^k - 1), where nothing cancels. The
/// series of e^f - 1 ends below 2^-53 of its first term.
inline double exp_minus_one(double x) {
  constexpr double log2_high = 0x1.62e42fee00000p-1, log2_low = 0x1.a39ef35793c76p-33;
  constexpr double whole = 0x1.8p52;  // numbers of this size have no fraction
  const double shifted = x * 0x1.71547652b82fep0 + whole;
  const double k = shifted - whole;
  const double f = (x - k * log2_high) - k * log2_low;
  double series = 1.0 / 6227020800;
  series = series * f + 1.0 / 479001600;
  series = series * f + 1.0 / 39916800;
  series = series * f + 1.0 / 3628800;
  series = series * f + 1.0 / 362880;
  series = series * f + 1.0 / 40320;
  series = series * f + 1.0 / 5040;
  series = series * f + 1.0 / 720;
  series = series * f + 1.0 / 120;
  series = series * f + 1.0 / 24;
  series = series * f + 1.0 / 6;
  series = series * f + 0.5;
  const double small = f + f * f * series;
  const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
  return power * small + (power - 1.0);
}

}  // namespace

BernoulliSums bernoulli_sums(std::span<const double> ratios, double d) {
  BernoulliSums sums;
  std::array<double, kBlock> x, b, product;
  for (std::size_t start = 0; start < ratios.size(); start += kBlock) {
    const std::size_t count = std::min(kBlock, ratios.size() - start);
    const double* ratio = ratios.data() + start;
    // B(700) is nothing beside the other terms. In a loop of its own, or compilers make a branch of it.
    for (std::size_t i = 0; i < count; ++i) x[i] = std::min(d * ratio[i], 700.0);
    for (std::size_t i = 0; i < count; ++i) {
      b[i] = x[i] / exp_minus_one(x[i]);
      product[i] = b[i] * (x[i] + b[i]);
    }
    double block_b = 0.0, block_product = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      block_b += b[i];
      block_product += product[i];
    }
    sums.b += block_b;
    sums.b_times_rise += block_product;
  }
  return sums;
}

}  // namespace fathom
