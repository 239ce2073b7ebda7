// Any processor: plain loops.
#include <stddef.h>
#include <stdint.h>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom::kernels {
namespace {

template <class T, size_t count>
struct Lanes {
  T lane[count];
};

/// What is done with the sums of either kind.
template <class T, size_t lanes>
struct LaneOps {
  using Sum = Lanes<T, lanes>;

  static Sum zero() { return {}; }
  static Sum load_values(const T* values) {
    Sum loaded;
    for (size_t i = 0; i < lanes; ++i) loaded.lane[i] = values[i];
    return loaded;
  }
  static Sum spread(T value) {
    Sum all;
    for (T& lane : all.lane) lane = value;
    return all;
  }
  static Sum distance(const Sum& sum, const Sum& left_norm, const Sum& right_norm) {
    Sum distance;
    for (size_t i = 0; i < lanes; ++i) {
      distance.lane[i] = (left_norm.lane[i] + right_norm.lane[i]) - 2 * sum.lane[i];
    }
    return distance;
  }
  static uint32_t within(const Sum& distance, const Sum& left_limit, const Sum& right_limit) {
    uint32_t near = 0;
    for (size_t i = 0; i < lanes; ++i) {
      const T value = distance.lane[i];
      near |= static_cast<uint32_t>((value <= left_limit.lane[i]) | (value <= right_limit.lane[i])) << i;
    }
    return near;
  }
  static void keep(uint32_t near, const Sum& distance, uint32_t first_pair, uint32_t* pair, T* squared) {
    size_t kept = 0;
    for (uint32_t i = 0; i < lanes; ++i) {
      if ((near >> i & 1) == 0) continue;
      pair[kept] = first_pair + i;
      squared[kept++] = distance.lane[i];
    }
  }
};

struct ByteOps : LaneOps<uint32_t, 4> {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = const int16_t*;
  static constexpr size_t group = 2, lanes = 4, vectors = 2, block = 4;
  static constexpr uint32_t sum_factor = 0;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
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
};

/// Both kinds of floating-point sums differ in the type alone.
template <class T>
struct SumOps : LaneOps<T, 2> {
  using typename LaneOps<T, 2>::Sum;
  using Source = float;
  using Left = T;
  using Right = T;
  using RightVector = const T*;
  static constexpr size_t group = 1, lanes = 2, vectors = 2, block = 2;

  static Left left(float value) { return static_cast<T>(value); }
  static Right right(float value) { return static_cast<T>(value); }
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
