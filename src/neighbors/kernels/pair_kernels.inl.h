// Written once, built per level: a level's file defines its vector operations and includes this.
// No include guard and no standard library, on purpose; everything is local to the including file.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "neighbors/kernels/pair_kernels.h"

namespace fathom::kernels {
namespace {

// Operations name: Source (a stored component), Left, Right (staged and packed components), left(), right(),
// group, lanes, vectors, and the vectors' own: Sum, RightVector, zero(), load(), broadcast(), multiply_add().
// Where rows are compared, vectors of sums hold distances, norms and limits too: load_values(), spread(),
// distance(), within() (a bit a lane), keep() (writes the lanes of a mask).

// ---- staging and packing
// -----------------------------------------------------------------------------------------

inline size_t round_up(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

template <class A, class B>
inline constexpr bool is_same = false;
template <class A>
inline constexpr bool is_same<A, A> = true;

template <class Ops>
void stage_left(const void* row, size_t depth, void* staged) {
  const auto* from = static_cast<const typename Ops::Source*>(row);
  auto* to = static_cast<typename Ops::Left*>(staged);
  for (size_t k = 0; k < depth; ++k) to[k] = Ops::left(from[k]);
  for (size_t k = depth; k < round_up(depth, Ops::group); ++k) to[k] = typename Ops::Left(0);
}

/// Packs the first components of `Ops::lanes` rows, a vector of every group; returns how many. An overload
/// for the operations of a level may do many at once.
template <class Ops>
size_t pack_lanes(const Ops&, const void* const*, size_t, typename Ops::Right*) {
  return 0;
}

template <class Ops>
void pack_rows(const void* const* rows, size_t count, size_t depth, void* packed) {
  using Right = typename Ops::Right;
  constexpr size_t group = Ops::group, lanes = Ops::lanes, panel = lanes * Ops::vectors;
  const size_t padded_depth = round_up(depth, group);
  auto* out = static_cast<Right*>(packed);
  for (size_t first = 0; first < count; first += panel, out += panel * padded_depth) {
    size_t done = 0;
    for (size_t c = 0; c < panel; ++c) {
      if (c % lanes == 0) {
        const bool all = first + c + lanes <= count;
        done = all ? pack_lanes(Ops{}, rows + first + c, depth, out + c * group) : 0;
      }
      Right* target = out + c * group + done * panel;
      const bool present = first + c < count;
      const auto* row = present ? static_cast<const typename Ops::Source*>(rows[first + c]) : nullptr;
      const size_t whole = present ? depth / group * group : 0;
      size_t k = done;
      for (; k < whole; k += group, target += panel * group) {
        for (size_t e = 0; e < group; ++e) target[e] = Ops::right(row[k + e]);
      }
      for (; k < padded_depth; k += group, target += panel * group) {
        for (size_t e = 0; e < group; ++e)
          target[e] = present && k + e < depth ? Ops::right(row[k + e]) : Right(0);
      }
    }
  }
}

template <class Ops>
constexpr Layout layout() {
  return {Ops::lanes * Ops::vectors,
          Ops::group,
          sizeof(typename Ops::Left),
          sizeof(typename Ops::Right),
          is_same<typename Ops::Source, typename Ops::Left>,
          stage_left<Ops>,
          pack_rows<Ops>};
}

// ---- multiplying
// ---------------------------------------------------------------------------------------------

// Loops over rows and vectors are unrolled by templates: sums then stay in registers, which compilers do not
// see to when they unroll loops themselves.

#define FATHOM_INLINE inline __attribute__((always_inline))

template <class Ops, size_t vector>
FATHOM_INLINE void load_columns(typename Ops::RightVector (&columns)[Ops::vectors],
                                const typename Ops::Right* right) {
  if constexpr (vector < Ops::vectors) {
    columns[vector] = Ops::load(right + vector * Ops::lanes * Ops::group);
    load_columns<Ops, vector + 1>(columns, right);
  }
}

template <class Ops, size_t vector, class Row>
FATHOM_INLINE void add_row(typename Ops::Sum (&sums)[Ops::vectors], Row row,
                           const typename Ops::RightVector (&columns)[Ops::vectors]) {
  if constexpr (vector < Ops::vectors) {
    sums[vector] = Ops::multiply_add(sums[vector], row, columns[vector]);
    add_row<Ops, vector + 1>(sums, row, columns);
  }
}

template <class Ops, size_t row>
FATHOM_INLINE void add_rows(typename Ops::Sum (&sums)[Ops::block][Ops::vectors],
                            const typename Ops::Left* const (&left)[Ops::block], size_t k,
                            const typename Ops::RightVector (&columns)[Ops::vectors]) {
  if constexpr (row < Ops::block) {
    add_row<Ops, 0>(sums[row], Ops::broadcast(left[row] + k), columns);
    add_rows<Ops, row + 1>(sums, left, k, columns);
  }
}

template <class Ops, size_t index>
FATHOM_INLINE void clear(typename Ops::Sum (&sums)[Ops::block][Ops::vectors]) {
  if constexpr (index < Ops::block * Ops::vectors) {
    sums[index / Ops::vectors][index % Ops::vectors] = Ops::zero();
    clear<Ops, index + 1>(sums);
  }
}

template <class Ops, size_t index>
FATHOM_INLINE void copy(const typename Ops::Sum (&from)[Ops::block][Ops::vectors],
                        typename Ops::Sum (&to)[Ops::block][Ops::vectors]) {
  if constexpr (index < Ops::block * Ops::vectors) {
    to[index / Ops::vectors][index % Ops::vectors] = from[index / Ops::vectors][index % Ops::vectors];
    copy<Ops, index + 1>(from, to);
  }
}

/// Sums of a register block with one panel; `from` null, from zero.
template <class Ops>
FATHOM_INLINE void multiply_panel(const typename Ops::Left* const (&left)[Ops::block],
                                  const typename Ops::Right* right, size_t padded_depth,
                                  const typename Ops::Sum (*from)[Ops::block][Ops::vectors],
                                  typename Ops::Sum (&out)[Ops::block][Ops::vectors]) {
  typename Ops::Sum sums[Ops::block][Ops::vectors];
  if (from == nullptr) {
    clear<Ops, 0>(sums);
  } else {
    copy<Ops, 0>(*from, sums);
  }
  for (size_t k = 0; k < padded_depth; k += Ops::group) {
    typename Ops::RightVector columns[Ops::vectors];
    load_columns<Ops, 0>(columns, right + k * Ops::lanes * Ops::vectors);
    add_rows<Ops, 0>(sums, left, k, columns);
  }
  copy<Ops, 0>(sums, out);
}

// What follows the multiplication is kept out of line: inlined, its registers would push the sums to memory.

template <class Ops>
__attribute__((noinline)) void add_to_dot(const typename Ops::Sum (&sums)[Ops::block][Ops::vectors],
                                          double* dot, size_t stride) {
  for (size_t r = 0; r < Ops::block; ++r) {
    for (size_t v = 0; v < Ops::vectors; ++v) Ops::add_to(dot + r * stride + v * Ops::lanes, sums[r][v]);
  }
}

template <class Ops>
void multiply(const void* left, const void* right, size_t right_count, size_t depth, double* dot,
              size_t stride) {
  constexpr size_t panel = Ops::lanes * Ops::vectors;
  const size_t padded_depth = round_up(depth, Ops::group);
  const auto* rows = static_cast<const typename Ops::Left*>(left);
  const auto* panels = static_cast<const typename Ops::Right*>(right);
  typename Ops::Sum sums[Ops::block][Ops::vectors];
  for (size_t n = 0; n < right_count; n += panel) {
    for (size_t r = 0; r < kRowsAtOnce; r += Ops::block) {
      const typename Ops::Left* left_rows[Ops::block];
      for (size_t i = 0; i < Ops::block; ++i) left_rows[i] = rows + (r + i) * padded_depth;
      multiply_panel<Ops>(left_rows, panels + n * padded_depth, padded_depth, nullptr, sums);
      add_to_dot<Ops>(sums, dot + r * stride + n, stride);
    }
  }
}

/// Squared distances from the sums of one panel, and those within limits.
template <class Ops, class T>
__attribute__((noinline)) void keep_near(const typename Ops::Sum (&sums)[Ops::block][Ops::vectors],
                                         const ComparedRows<T>& rows, size_t first_row, size_t first_column,
                                         Survivors<T>& survivors) {
  using Values = typename Ops::Sum;  // of T, as many as there are sums
  Values norm[Ops::vectors], limit[Ops::vectors];
  uint32_t present[Ops::vectors];
#pragma GCC unroll 3
  for (size_t v = 0; v < Ops::vectors; ++v) {
    const size_t column = first_column + v * Ops::lanes;
    norm[v] = Ops::load_values(rows.right_norm + column);
    limit[v] = Ops::load_values(rows.right_limit + column);
    const size_t left = rows.right_count > column ? rows.right_count - column : 0;
    present[v] = left >= Ops::lanes ? (1u << Ops::lanes) - 1 : (1u << left) - 1;
  }
  // What is written could lie where `rows` does, for all the compiler knows.
  const size_t count_of_rows =
      rows.left_count - first_row < Ops::block ? rows.left_count - first_row : Ops::block;
  const T* const left_norm = rows.left_norm + first_row;
  const T* const left_limit = rows.left_limit + first_row;
  uint32_t* pair = survivors.pair + survivors.count;
  T* squared = survivors.squared + survivors.count;
  uint32_t first_pair =
      (rows.left_first + static_cast<uint32_t>(first_row)) << 16 | static_cast<uint32_t>(first_column);
  for (size_t r = 0; r < count_of_rows; ++r, first_pair += 1u << 16) {
    const Values own_norm = Ops::spread(left_norm[r]), own_limit = Ops::spread(left_limit[r]);
    Values distance[Ops::vectors];
    uint32_t near[Ops::vectors], any = 0;
#pragma GCC unroll 3
    for (size_t v = 0; v < Ops::vectors; ++v) {
      distance[v] = Ops::distance(sums[r][v], own_norm, norm[v]);
      near[v] = Ops::within(distance[v], own_limit, limit[v]) & present[v];
      any |= near[v];
    }
    if (any == 0) continue;
#pragma GCC unroll 3
    for (size_t v = 0; v < Ops::vectors; ++v) {
      Ops::keep(near[v], distance[v], first_pair + static_cast<uint32_t>(v * Ops::lanes), pair, squared);
      const int kept = __builtin_popcount(near[v]);
      pair += kept;
      squared += kept;
    }
  }
  survivors.count = static_cast<size_t>(pair - survivors.pair);
}

template <class Ops, class T>
void compare(const ComparedRows<T>& rows, Survivors<T>& survivors) {
  constexpr size_t panel = Ops::lanes * Ops::vectors;
  using Sums = typename Ops::Sum[Ops::block][Ops::vectors];
  static_assert(sizeof(Sums) == Ops::block * panel * sizeof(T));
  const size_t padded_depth = round_up(rows.depth, Ops::group);
  const auto* panels = static_cast<const typename Ops::Right*>(rows.right);
  Sums sums, before;
  T* carried = rows.carried;
  for (size_t n = 0; n < rows.right_count; n += panel) {
    for (size_t r = 0; r < rows.left_count; r += Ops::block) {
      if (!rows.first_piece) memcpy(&before, carried, sizeof before);
      const typename Ops::Left* left[Ops::block];
      for (size_t i = 0; i < Ops::block; ++i)
        left[i] = static_cast<const typename Ops::Left*>(rows.left[r + i]);
      multiply_panel<Ops>(left, panels + n * padded_depth, padded_depth, rows.first_piece ? nullptr : &before,
                          sums);
      if (!rows.last_piece) memcpy(carried, &sums, sizeof sums);
      if (carried != nullptr) carried += Ops::block * panel;
      if (rows.last_piece) keep_near<Ops, T>(sums, rows, r, n, survivors);
    }
  }
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

uint64_t squared_distance_bytes(const uint8_t* a, const uint8_t* b, size_t count) {
  // So many squares of at most 255^2 fit the 32-bit sums of every level.
  constexpr size_t piece = 32'768;
  uint64_t sum = 0;
  for (size_t k = 0; k < count; k += piece) {
    sum += squares_of_differences(a + k, b + k, count - k < piece ? count - k : piece);
  }
  return sum;
}

inline double add_tree(double* partial) {
  for (size_t width = kPartialSums / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) partial[i] += partial[i + width];
  }
  return partial[0];
}

ByteSums byte_sums(const uint8_t* a, size_t count) {
  ByteSums sums{0, 0};
  for (size_t k = 0; k < count; ++k) {
    const uint32_t value = a[k];
    sums.values += value;
    sums.squares += value * value;
  }
  return sums;
}

// Vectors of the compiler, which it splits into what the level has.
constexpr size_t kLanes = 8;
typedef double Doubles __attribute__((vector_size(kLanes * sizeof(double))));

template <class T>
FATHOM_INLINE void load_doubles(const T* values, Doubles& out) {
#if defined(__AVX512F__)
  // GCC 12 splits conversions of its own vectors to or from the widest registers in two.
  if constexpr (is_same<T, float>) {
    out = _mm512_cvtps_pd(_mm256_loadu_ps(values));
    return;
  }
#endif
  typedef T Values __attribute__((vector_size(kLanes * sizeof(T))));
  Values stored;
  memcpy(&stored, values, sizeof stored);
  out = __builtin_convertvector(stored, Doubles);
}

/// So many rows at once leave their sums in registers.
#if defined(__AVX512F__)
constexpr size_t kRowsTogether = 4;
#elif defined(__AVX2__)
constexpr size_t kRowsTogether = 2;
#else
constexpr size_t kRowsTogether = 1;
#endif

/// Adds the squares of `count` components, a multiple of kPartialSums.
template <class T, size_t rows, bool prefetching>
void add_squares_of(const T* a, const T* const* b, const T* const* next, size_t count, PartialSums* partial) {
  constexpr size_t vectors = kPartialSums / kLanes;
  Doubles sums[rows][vectors];
  const T *other[rows], *soon[rows];
#pragma GCC unroll 4
  for (size_t r = 0; r < rows; ++r) {
    memcpy(sums[r], partial[r].sum, sizeof sums[r]);
    other[r] = b[r];
    soon[r] = next[r];
  }
  for (size_t k = 0; k < count; k += kPartialSums) {
#pragma GCC unroll 4
    for (size_t r = 0; r < rows && prefetching; ++r) __builtin_prefetch(soon[r] + k);
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; ++v) {
      Doubles left;
      load_doubles(a + k + v * kLanes, left);
#pragma GCC unroll 4
      for (size_t r = 0; r < rows; ++r) {
        Doubles right;
        load_doubles(other[r] + k + v * kLanes, right);
        const Doubles difference = left - right;
        sums[r][v] += difference * difference;
      }
    }
  }
  for (size_t r = 0; r < rows; ++r) memcpy(partial[r].sum, sums[r], sizeof sums[r]);
}

template <class T>
void add_squares(const T* a, const T* const* b, const T* const* next, size_t rows, size_t count,
                 PartialSums* sums) {
  size_t r = 0;
  for (; r + kRowsTogether <= rows; r += kRowsTogether) {
    add_squares_of<T, kRowsTogether, true>(a, b + r, next + r, count, sums + r);
  }
  if (kRowsTogether > 2 && r + 2 <= rows) {
    add_squares_of<T, 2, true>(a, b + r, next + r, count, sums + r);
    r += 2;
  }
  for (; r < rows; ++r) add_squares_of<T, 1, true>(a, b + r, next + r, count, sums + r);
}

template <class T>
double last_squares(const T* a, const T* b, size_t count, PartialSums& sums) {
  for (size_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sums.sum[i] += difference * difference;
  }
  return add_tree(sums.sum);
}

template <class T, size_t rows>
void squared_distances_of(const T* a, const T* const* b, size_t count, double* out) {
  PartialSums partial[rows] = {};
  const size_t whole = count / kPartialSums * kPartialSums;
  add_squares_of<T, rows, false>(a, b, b, whole, partial);
  for (size_t r = 0; r < rows; ++r) out[r] = last_squares(a + whole, b[r] + whole, count - whole, partial[r]);
}

template <class T>
void squared_distances(const T* a, const T* const* b, size_t rows, size_t count, double* out) {
  size_t r = 0;
  for (; r + kRowsTogether <= rows; r += kRowsTogether) {
    squared_distances_of<T, kRowsTogether>(a, b + r, count, out + r);
  }
  if (kRowsTogether > 2 && r + 2 <= rows) {
    squared_distances_of<T, 2>(a, b + r, count, out + r);
    r += 2;
  }
  for (; r < rows; ++r) squared_distances_of<T, 1>(a, b + r, count, out + r);
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

// ---- quantising
// ----------------------------------------------------------------------------------------------

// Vectors of the compiler again: loops with these minima and conversions it leaves scalar.
typedef int32_t Ints __attribute__((vector_size(kLanes * sizeof(int32_t))));
typedef uint8_t Bytes __attribute__((vector_size(kLanes)));

template <class T>
void quantise(const T* values, size_t count, const Quantiser& quantiser, uint8_t* codes,
              QuantisationLeft& left) {
  typedef T Values __attribute__((vector_size(kLanes * sizeof(T))));
  const Doubles low = Doubles{} + quantiser.low, scale = Doubles{} + quantiser.scale;
  const Doubles last = Doubles{} + quantiser.last, high = low + last * scale, inverse = 1.0 / scale;
  Doubles of_clamped{}, of_all{};
  const Values largest = Values{} + static_cast<T>(quantiser.largest);
  auto within = largest == largest;
  const auto take = [&](const Values& stored) {
    within &= (stored <= largest) & (stored >= -largest);  // false where a value is not a number
    Doubles value;
    load_doubles(reinterpret_cast<const T*>(&stored), value);
    const Doubles above = value > low ? value : low, clamped = above < high ? above : high;
    const Doubles steps = (clamped - low) * inverse + 0.5;
#if defined(__AVX512F__)
    const Ints code = reinterpret_cast<Ints>(_mm512_cvttpd_epi32(steps < last ? steps : last));
    const Doubles coded = low + scale * _mm512_cvtepi32_pd(reinterpret_cast<__m256i>(code));
#else
    const Ints code = __builtin_convertvector(steps < last ? steps : last, Ints);
    const Doubles coded = low + scale * __builtin_convertvector(code, Doubles);
#endif
    of_clamped += (clamped - coded) * (clamped - coded);
    of_all += (value - coded) * (value - coded);
    return __builtin_convertvector(code, Bytes);
  };
  size_t k = 0;
  Values stored{};
  for (; k + kLanes <= count; k += kLanes) {
    memcpy(&stored, values + k, sizeof stored);
    const Bytes bytes = take(stored);
    memcpy(codes + k, &bytes, sizeof bytes);
  }
  if (k < count) {
    for (size_t i = 0; i < kLanes; ++i) stored[i] = values[k + i < count ? k + i : count - 1];
    const Bytes bytes = take(stored);
    memcpy(codes + k, &bytes, count - k);
  }
  left = {0.0, 0.0, true};
  for (size_t i = 0; i < kLanes; ++i) {
    left.clamped += of_clamped[i];
    left.all += of_all[i];
    left.within = left.within && within[i] != 0;
  }
}

#undef FATHOM_INLINE

constexpr KernelSet kKernels = {{layout<ByteOps>(), ByteOps::sum_factor, compare<ByteOps, uint32_t>},
                                {layout<ByteOps>(), multiply<ByteOps>},
                                {layout<DoubleOps>(), multiply<DoubleOps>},
                                {layout<FloatOps>(), multiply<FloatOps>},
                                compare<FloatOps, float>,
                                finish_row,
                                find_below,
                                byte_product,
                                byte_sums,
                                squared_distance_words,
                                squared_distance_bytes,
                                squared_distances<float>,
                                squared_distances<double>,
                                add_squares<float>,
                                add_squares<double>,
                                last_squares<float>,
                                last_squares<double>,
                                quantise<float>,
                                quantise<double>,
                                squared_norm<float>,
                                squared_norm<double>};

}  // namespace
}  // namespace fathom::kernels
