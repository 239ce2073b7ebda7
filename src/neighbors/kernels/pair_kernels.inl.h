// Written once, built per level: a level's file defines its vector operations and includes this.
// No include guard and no standard library, on purpose; everything is local to the including file.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom::kernels {
namespace {

inline size_t round_up(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// ---- packing
// -------------------------------------------------------------------------------------------------

// Operations name: Source (a stored component), Left, Right (packed components), group, block, panel, left(),
// right().

/// Rows of one side in panels: the same `group` components of the `panel` rows stand together, so that the
/// inner loop reads memory in order (rows side by side, a power of two apart, would share one cache set).
template <class Source, class Packed, size_t panel, size_t group, Packed (*convert)(Source)>
void pack(const void* const* rows, size_t count, size_t padded_count, size_t depth, void* packed) {
  const size_t padded_depth = round_up(depth, group);
  auto* out = static_cast<Packed*>(packed);
  for (size_t first = 0; first < padded_count; first += panel, out += panel * padded_depth) {
    for (size_t c = 0; c < panel; ++c) {
      Packed* target = out + c * group;
      const bool present = first + c < count;
      const auto* row = present ? static_cast<const Source*>(rows[first + c]) : nullptr;
      const size_t whole = present ? depth / group * group : 0;
      size_t k = 0;
      for (; k < whole; k += group, target += panel * group) {
        for (size_t e = 0; e < group; ++e) target[e] = convert(row[k + e]);
      }
      for (; k < padded_depth; k += group, target += panel * group) {
        for (size_t e = 0; e < group; ++e)
          target[e] = present && k + e < depth ? convert(row[k + e]) : Packed(0);
      }
    }
  }
}

// ---- multiplying
// ---------------------------------------------------------------------------------------------

template <class Ops>
inline void multiply_block(const typename Ops::Left* left, const typename Ops::Right* right, size_t groups,
                           const typename Ops::Bias& bias, double* dot, size_t stride) {
  typename Ops::Sum sum[Ops::block][Ops::vectors];
#pragma GCC unroll 16
  for (size_t r = 0; r < Ops::block; ++r) {
#pragma GCC unroll 4
    for (size_t v = 0; v < Ops::vectors; ++v) sum[r][v] = Ops::zero();
  }
  for (size_t g = 0; g < groups; ++g) {
    typename Ops::RightVector columns[Ops::vectors];
#pragma GCC unroll 4
    for (size_t v = 0; v < Ops::vectors; ++v) {
      columns[v] = Ops::load(right + (g * Ops::vectors + v) * Ops::lanes * Ops::group);
    }
#pragma GCC unroll 16
    for (size_t r = 0; r < Ops::block; ++r) {
      const auto row = Ops::broadcast(left + (g * Ops::block + r) * Ops::group);
#pragma GCC unroll 4
      for (size_t v = 0; v < Ops::vectors; ++v) sum[r][v] = Ops::multiply_add(sum[r][v], row, columns[v]);
    }
  }
#pragma GCC unroll 16
  for (size_t r = 0; r < Ops::block; ++r) {
#pragma GCC unroll 4
    for (size_t v = 0; v < Ops::vectors; ++v)
      Ops::add_to(dot + r * stride + v * Ops::lanes, sum[r][v], bias, r);
  }
}

template <class Ops>
void multiply(const void* left, size_t left_count, const void* right, size_t right_count, size_t depth,
              double* dot, size_t stride) {
  const size_t padded_depth = round_up(depth, Ops::group), groups = padded_depth / Ops::group;
  const auto* rows = static_cast<const typename Ops::Left*>(left);
  const auto* panels = static_cast<const typename Ops::Right*>(right);
  // A panel of the right stays in the second-level cache while the blocks of the left pass by.
  for (size_t n = 0; n < right_count; n += Ops::panel) {
    for (size_t m = 0; m < left_count; m += Ops::block) {
      const typename Ops::Left* block = rows + m * padded_depth;
      multiply_block<Ops>(block, panels + n * padded_depth, groups, Ops::bias(block, groups),
                          dot + m * stride + n, stride);
    }
  }
}

template <class Ops>
constexpr TileKernel tile_kernel() {
  return {Ops::block,
          Ops::panel,
          Ops::group,
          sizeof(typename Ops::Left),
          sizeof(typename Ops::Right),
          pack<typename Ops::Source, typename Ops::Left, Ops::block, Ops::group, Ops::left>,
          pack<typename Ops::Source, typename Ops::Right, Ops::panel, Ops::group, Ops::right>,
          multiply<Ops>};
}

// ---- bounds and thresholds
// -----------------------------------------------------------------------------------

void finish_row(double* values, size_t count, double row_norm, const double* col_norm) {
  for (size_t c = 0; c < count; ++c) values[c] = (row_norm + col_norm[c]) - 2.0 * values[c];
}

void find_below(const double* values, size_t count, double row_threshold, const double* col_threshold,
                uint8_t* mask) {
  for (size_t c = 0; c < count; c += 8) mask[c / 8] = below_8(values + c, row_threshold, col_threshold + c);
}

// ---- direct differences
// --------------------------------------------------------------------------------------

constexpr size_t kPartialSums = 16;

inline double add_tree(double* partial) {
  for (size_t width = kPartialSums / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) partial[i] += partial[i + width];
  }
  return partial[0];
}

template <class T>
double squared_distance(const T* a, const T* b, size_t count) {
  double partial[kPartialSums] = {};
  size_t k = 0;
  for (; k + kPartialSums <= count; k += kPartialSums) {
#pragma GCC unroll 16
    for (size_t i = 0; i < kPartialSums; ++i) {
      const double difference = static_cast<double>(a[k + i]) - static_cast<double>(b[k + i]);
      partial[i] += difference * difference;
    }
  }
  for (size_t i = 0; k + i < count; ++i) {
    const double difference = static_cast<double>(a[k + i]) - static_cast<double>(b[k + i]);
    partial[i] += difference * difference;
  }
  return add_tree(partial);
}

template <class T>
double squared_norm(const T* a, size_t count) {
  double partial[kPartialSums] = {};
  size_t k = 0;
  for (; k + kPartialSums <= count; k += kPartialSums) {
#pragma GCC unroll 16
    for (size_t i = 0; i < kPartialSums; ++i) {
      const double value = static_cast<double>(a[k + i]);
      partial[i] += value * value;
    }
  }
  for (size_t i = 0; k + i < count; ++i) {
    const double value = static_cast<double>(a[k + i]);
    partial[i] += value * value;
  }
  return add_tree(partial);
}

constexpr KernelSet kKernels = {
    tile_kernel<ByteOps>(),  tile_kernel<FloatOps>(),  finish_row,          find_below,
    squared_distance<float>, squared_distance<double>, squared_norm<float>, squared_norm<double>};

}  // namespace
}  // namespace fathom::kernels
