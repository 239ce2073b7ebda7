// Written once, built per level: a level's file says how many lanes a vector has, how many vectors a panel
// and how many rows a block, and includes this. No include guard and no standard library, on purpose;
// everything is local to the including file.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "estimate/kernels/double_kernels.h"

namespace fathom::kernels {
namespace {

#define FATHOM_INLINE inline __attribute__((always_inline))

typedef double Vector __attribute__((vector_size(kVectorLanes * sizeof(double))));
constexpr size_t kPanel = kVectorLanes * kPanelVectors;

// ---- packing
// -------------------------------------------------------------------------------------------------

template <class T>
void pack(const T* const* vectors, size_t count, size_t depth, const double* origin, double* packed) {
  if (count < kPanel) memset(packed, 0, depth * kPanel * sizeof(double));
  for (size_t k = 0; k < depth; ++k) {
    for (size_t c = 0; c < count; ++c) packed[c] = static_cast<double>(vectors[c][k]) - origin[k];
    packed += kPanel;
  }
}

template <class T>
void pack_columns(const T* const* rows, size_t count, size_t depth, const double* origin, double* packed) {
  if (count < kPanel) memset(packed, 0, depth * kPanel * sizeof(double));
  for (size_t k = 0; k < depth; ++k) {
    const T* row = rows[k];
    if (count == kPanel) {
      for (size_t c = 0; c < kPanel; ++c) packed[c] = static_cast<double>(row[c]) - origin[c];
    } else {
      for (size_t c = 0; c < count; ++c) packed[c] = static_cast<double>(row[c]) - origin[c];
    }
    packed += kPanel;
  }
}

// ---- multiplying
// ---------------------------------------------------------------------------------------------

// Unrolled by templates: sums then stay in registers.

template <size_t index>
FATHOM_INLINE void load_panel(const double* right, Vector (&columns)[kPanelVectors]) {
  if constexpr (index < kPanelVectors) {
    memcpy(&columns[index], right + index * kVectorLanes, sizeof(Vector));
    load_panel<index + 1>(right, columns);
  }
}

template <size_t index>
FATHOM_INLINE void add_products(Vector (&sums)[kBlockRows * kPanelVectors], const double* left,
                                const Vector (&columns)[kPanelVectors]) {
  if constexpr (index < kBlockRows * kPanelVectors) {
    sums[index] += left[index / kPanelVectors] * columns[index % kPanelVectors];
    add_products<index + 1>(sums, left, columns);
  }
}

template <size_t index>
FATHOM_INLINE void clear(Vector (&sums)[kBlockRows * kPanelVectors]) {
  if constexpr (index < kBlockRows * kPanelVectors) {
    sums[index] = Vector{};
    clear<index + 1>(sums);
  }
}

template <size_t index>
FATHOM_INLINE void add_to(double* out, size_t stride, const Vector (&sums)[kBlockRows * kPanelVectors]) {
  if constexpr (index < kBlockRows * kPanelVectors) {
    double* place = out + index / kPanelVectors * stride + index % kPanelVectors * kVectorLanes;
    Vector before;
    memcpy(&before, place, sizeof before);
    before += sums[index];
    memcpy(place, &before, sizeof before);
    add_to<index + 1>(out, stride, sums);
  }
}

void multiply(const double* left, const double* right, size_t depth, double* out, size_t stride) {
  Vector sums[kBlockRows * kPanelVectors];
  clear<0>(sums);
  for (size_t k = 0; k < depth; ++k) {
    Vector columns[kPanelVectors];
    load_panel<0>(right + k * kPanel, columns);
    add_products<0>(sums, left + k * kPanel, columns);
  }
  add_to<0>(out, stride, sums);
}

// ---- tridiagonal form
// ----------------------------------------------------------------------------------------

// Sums over a row are of 8 parts on every level.
constexpr size_t kLanes = 8;
typedef double Doubles __attribute__((vector_size(kLanes * sizeof(double))));

FATHOM_INLINE void load(const double* from, Doubles& to) {
  memcpy(&to, from, sizeof to);
}
FATHOM_INLINE void store(double* to, const Doubles& from) {
  memcpy(to, &from, sizeof from);
}

inline double sum_of(const Doubles& parts) {
  return ((parts[0] + parts[4]) + (parts[2] + parts[6])) + ((parts[1] + parts[5]) + (parts[3] + parts[7]));
}

/// Of vectors that go on with zeros.
double dot(const double* a, const double* b, size_t length) {
  Doubles sums{};
  for (size_t i = 0; i < length; i += kLanes) {
    Doubles x, y;
    load(a + i, x);
    load(b + i, y);
    sums += x * y;
  }
  return sum_of(sums);
}

/// What the last reflection left to do, and what this one is made from.
struct Step {
  const double *v_before, *w_before, *v;
  double* y;  ///< the matrix times v
};

/// Of some rows of the upper triangle together: subtracts v w' + w v' of the last reflection, and adds to y.
template <size_t rows>
FATHOM_INLINE void update_rows(double* a, size_t first, size_t n, size_t stride, const Step& step) {
  double* row[rows];
  double v[rows], w[rows], next[rows];
  Doubles dots[rows];
#pragma GCC unroll 4
  for (size_t r = 0; r < rows; ++r) {
    row[r] = a + (first + r) * stride;
    v[r] = step.v_before[first + r];
    w[r] = step.w_before[first + r];
    next[r] = step.v[first + r];
    dots[r] = Doubles{};
  }
  for (size_t r = 0; r < rows; ++r) {
    for (size_t s = r; s < rows; ++s) {
      double& value = row[r][first + s];
      value -= v[r] * w[s] + w[r] * v[s];
      step.y[first + r] += value * next[s];
      if (s != r) step.y[first + s] += value * next[r];
    }
  }
  for (size_t i = first + rows; i < n; i += kLanes) {
    Doubles vi, wi, ni, yi;
    load(step.v_before + i, vi);
    load(step.w_before + i, wi);
    load(step.v + i, ni);
    load(step.y + i, yi);
#pragma GCC unroll 4
    for (size_t r = 0; r < rows; ++r) {
      Doubles value;
      load(row[r] + i, value);
      value -= v[r] * wi + w[r] * vi;
      store(row[r] + i, value);
      dots[r] += value * ni;
      yi += next[r] * value;
    }
    store(step.y + i, yi);
  }
  for (size_t r = 0; r < rows; ++r) step.y[first + r] += sum_of(dots[r]);
}

/// The reflection that leaves x its first component alone: v in place of x, whose first component is 1, and
/// what x becomes. The scale is 0 where there is nothing to do.
double reflection(double* x, size_t length, double& scale) {
  const double first = x[0];
  x[0] = 0.0;
  const double rest = dot(x, x, length);
  if (!(rest > 0.0)) {
    scale = 0.0;
    return first;
  }
  const double norm = __builtin_sqrt(first * first + rest), becomes = first > 0.0 ? -norm : norm;
  scale = (becomes - first) / becomes;
  const double over = 1.0 / (first - becomes);
  for (size_t i = 1; i < length; ++i) x[i] *= over;
  x[0] = 1.0;
  return becomes;
}

void tridiagonalise(double* a, size_t n, size_t stride, double* diagonal, double* off_diagonal, double* scale,
                    double* work) {
  memset(work, 0, 4 * stride * sizeof(double));
  double *v_before = work, *w_before = work + stride, *v = work + 2 * stride, *y = work + 3 * stride;
  for (size_t j = 0; j + 1 < n; ++j) {
    double* row = a + j * stride;
    for (size_t i = j; i < n; ++i) row[i] -= v_before[j] * w_before[i] + w_before[j] * v_before[i];
    diagonal[j] = row[j];
    off_diagonal[j] = reflection(row + j + 1, n - j - 1, scale[j]);
    memset(y, 0, stride * sizeof(double));
    memset(v, 0, stride * sizeof(double));
    if (scale[j] != 0.0) memcpy(v + j + 1, row + j + 1, (n - j - 1) * sizeof(double));
    const Step step{v_before, w_before, v, y};
    size_t first = j + 1;
    for (; first + 4 <= n; first += 4) update_rows<4>(a, first, n, stride, step);
    for (; first < n; ++first) update_rows<1>(a, first, n, stride, step);
    // w = scale (y - scale / 2 (y'v) v), in the place of y.
    const double half = 0.5 * scale[j] * dot(y + j + 1, v + j + 1, n - j - 1);
    for (size_t i = j + 1; i < n; ++i) y[i] = scale[j] * (y[i] - half * v[i]);
    double* const free_v = v_before;
    double* const free_y = w_before;
    v_before = v;
    w_before = y;
    v = free_v;
    y = free_y;
  }
  diagonal[n - 1] = a[(n - 1) * stride + n - 1];
}

// ---- eigenvectors
// --------------------------------------------------------------------------------------------

void rotate(const Rotation* rotations, size_t count, double* rows, size_t stride) {
  constexpr size_t parts = kRotatedAtOnce / kVectorLanes, together = parts < 4 ? parts : 4;
  for (size_t part = 0; part < parts; part += together) {
    double* const column = rows + part * kVectorLanes;
    Vector carried[together];
    size_t carried_row = static_cast<size_t>(-1);
    for (size_t t = 0; t < count; ++t) {
      const double c = rotations[t].cosine, s = rotations[t].sine;
      double* const low = column + rotations[t].row * stride;
      double* const high = low + stride;
      const bool carry = carried_row == rotations[t].row + 1;
      if (!carry && carried_row != static_cast<size_t>(-1))
        memcpy(column + carried_row * stride, carried, sizeof carried);
      if (!carry) memcpy(carried, high, sizeof carried);
#pragma GCC unroll 4
      for (size_t i = 0; i < together; ++i) {
        Vector below, above = carried[i];
        memcpy(&below, low + i * kVectorLanes, sizeof below);
        const Vector done = s * below + c * above;
        memcpy(high + i * kVectorLanes, &done, sizeof done);
        carried[i] = c * below - s * above;
      }
      carried_row = rotations[t].row;
    }
    if (count > 0) memcpy(column + carried_row * stride, carried, sizeof carried);
  }
}

void reflect(const double* v, double scale, size_t length, double* vectors, size_t count, size_t stride) {
  for (size_t n = 0; n < count; ++n) {
    double* const z = vectors + n * stride;
    const double factor = scale * dot(v, z, length);
    for (size_t i = 0; i < length; i += kLanes) {
      Doubles x, y;
      load(v + i, x);
      load(z + i, y);
      y -= factor * x;
      store(z + i, y);
    }
  }
}

#undef FATHOM_INLINE

constexpr DoubleKernels kKernels = {kPanel,
                                    kBlockRows,
                                    pack<uint8_t>,
                                    pack<float>,
                                    pack<double>,
                                    pack_columns<uint8_t>,
                                    pack_columns<float>,
                                    pack_columns<double>,
                                    multiply,
                                    tridiagonalise,
                                    rotate,
                                    reflect};

}  // namespace
}  // namespace fathom::kernels
