// Any processor: plain loops.
#include <stddef.h>
#include <stdint.h>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom::kernels {
namespace {

struct ByteOps {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = const int16_t*;
  struct Sum {
    uint32_t lane[4];
  };
  static constexpr size_t group = 2, lanes = 4, vectors = 2, block = 4;
  static constexpr uint32_t sum_factor = 0;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
  static Sum zero() { return {}; }
  static RightVector load(const Right* right) { return right; }
  static RightVector broadcast(const Left* left) { return left; }
  static Sum multiply_add(Sum sum, const Left* row, const Right* columns) {
    for (size_t i = 0; i < lanes; ++i) {
      sum.lane[i] += static_cast<uint32_t>(row[0] * columns[2 * i] + row[1] * columns[2 * i + 1]);
    }
    return sum;
  }
  static void add_to(double* dot, const Sum& sum) {
    for (size_t i = 0; i < lanes; ++i) dot[i] += static_cast<int32_t>(sum.lane[i]);
  }
  static size_t keep_near(const Sum& sum, uint32_t left_norm, const uint32_t* right_norm, uint32_t left_limit,
                          const uint32_t* right_limit, uint32_t first_pair, size_t present, uint32_t* pair,
                          uint32_t* squared) {
    size_t kept = 0;
    for (uint32_t i = 0; i < present; ++i) {
      const uint32_t distance = left_norm + right_norm[i] - 2 * sum.lane[i];
      if (distance > left_limit && distance > right_limit[i]) continue;
      pair[kept] = first_pair + i;
      squared[kept++] = distance;
    }
    return kept;
  }
};

/// Both kinds of floating-point sums differ in the type alone.
template <class T>
struct SumOps {
  using Source = float;
  using Left = T;
  using Right = T;
  using RightVector = const T*;
  struct Sum {
    T lane[2];
  };
  static constexpr size_t group = 1, lanes = 2, vectors = 2, block = 2;

  static Left left(float value) { return static_cast<T>(value); }
  static Right right(float value) { return static_cast<T>(value); }
  static Sum zero() { return {}; }
  static RightVector load(const Right* right) { return right; }
  static T broadcast(const Left* left) { return *left; }
  static Sum multiply_add(Sum sum, T row, const Right* columns) {
    for (size_t i = 0; i < lanes; ++i) sum.lane[i] += row * columns[i];
    return sum;
  }
  static void add_to(double* dot, const Sum& sum) {
    for (size_t i = 0; i < lanes; ++i) dot[i] += static_cast<double>(sum.lane[i]);
  }
};
using DoubleOps = SumOps<double>;
using FloatOps = SumOps<float>;

inline uint8_t below_8(const double* values, double row_threshold, const double* col_threshold) {
  unsigned mask = 0;
  for (unsigned i = 0; i < 8; ++i) {
    mask |= static_cast<unsigned>((values[i] <= row_threshold) | (values[i] <= col_threshold[i])) << i;
  }
  return static_cast<uint8_t>(mask);
}

uint32_t squared_distance_words(const int16_t* a, const int16_t* b, size_t count) {
  uint32_t sum = 0;
  for (size_t k = 0; k < count; ++k) {
    const int difference = int{a[k]} - int{b[k]};
    sum += static_cast<uint32_t>(difference * difference);
  }
  return sum;
}

uint32_t byte_product(const uint8_t* a, const uint8_t* b, size_t count) {
  uint32_t sum = 0;
  for (size_t k = 0; k < count; ++k) sum += static_cast<uint32_t>(a[k] * b[k]);
  return sum;
}

inline uint64_t squares_of_differences(const uint8_t* a, const uint8_t* b, size_t count) {
  uint64_t sum = 0;
  for (size_t k = 0; k < count; ++k) {
    const int difference = int{a[k]} - int{b[k]};
    sum += static_cast<uint64_t>(difference * difference);
  }
  return sum;
}

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& scalar_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
