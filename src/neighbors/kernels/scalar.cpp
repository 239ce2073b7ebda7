// Any processor: plain loops.
#include <stddef.h>
#include <stdint.h>

namespace fathom::kernels {
namespace {

struct ByteOps {
  using Source = uint8_t;
  using Left = int16_t;
  using Right = int16_t;
  using RightVector = const int16_t*;
  struct Sum {
    int32_t lane[4];
  };
  struct Bias {};
  static constexpr size_t group = 2, lanes = 4, vectors = 2, block = 4, panel = lanes * vectors;

  static Left left(uint8_t value) { return value; }
  static Right right(uint8_t value) { return value; }
  static Sum zero() { return {}; }
  static RightVector load(const Right* right) { return right; }
  static RightVector broadcast(const Left* left) { return left; }
  static Sum multiply_add(Sum sum, const Left* row, const Right* columns) {
    for (size_t i = 0; i < lanes; ++i) sum.lane[i] += row[0] * columns[2 * i] + row[1] * columns[2 * i + 1];
    return sum;
  }
  static Bias bias(const Left*, size_t) { return {}; }
  static void add_to(double* dot, Sum sum, Bias, size_t) {
    for (size_t i = 0; i < lanes; ++i) dot[i] += sum.lane[i];
  }
};

struct FloatOps {
  using Source = float;
  using Left = double;
  using Right = double;
  using RightVector = const double*;
  struct Sum {
    double lane[2];
  };
  struct Bias {};
  static constexpr size_t group = 1, lanes = 2, vectors = 2, block = 2, panel = lanes * vectors;

  static Left left(float value) { return static_cast<double>(value); }
  static Right right(float value) { return static_cast<double>(value); }
  static Sum zero() { return {}; }
  static RightVector load(const Right* right) { return right; }
  static double broadcast(const Left* left) { return *left; }
  static Sum multiply_add(Sum sum, double row, const Right* columns) {
    for (size_t i = 0; i < lanes; ++i) sum.lane[i] += row * columns[i];
    return sum;
  }
  static Bias bias(const Left*, size_t) { return {}; }
  static void add_to(double* dot, Sum sum, Bias, size_t) {
    for (size_t i = 0; i < lanes; ++i) dot[i] += sum.lane[i];
  }
};

inline uint8_t below_8(const double* values, double row_threshold, const double* col_threshold) {
  unsigned mask = 0;
  for (unsigned i = 0; i < 8; ++i) {
    mask |= static_cast<unsigned>((values[i] <= row_threshold) | (values[i] <= col_threshold[i])) << i;
  }
  return static_cast<uint8_t>(mask);
}

}  // namespace
}  // namespace fathom::kernels

#include "neighbors/kernels/pair_kernels.inl.h"

namespace fathom::kernels {
const KernelSet& scalar_kernels() {
  return kKernels;
}
}  // namespace fathom::kernels
