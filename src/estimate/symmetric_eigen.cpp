#include "estimate/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fathom/core/error.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr unsigned kMostSweeps = 60;  // of a value; three are usual
/// What off-diagonal values are compared with at least, in units of the largest value, whose rounding is in
/// all of them: where most eigenvalues are zero, sweeps get no closer.
constexpr double kSmallest = 1.0;
constexpr double kLargestInverse = 1e250;  // beyond, what it is multiplied with is zero

struct Tridiagonal {
  std::vector<double> diagonal, off_diagonal, scale;
};

Tridiagonal tridiagonal_form(SquareMatrix& matrix, const kernels::DoubleKernels& kernels) {
  const std::size_t n = matrix.size();
  Tridiagonal form{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  thread_local std::vector<double> work;
  work.resize(4 * matrix.stride());
  kernels.tridiagonalise(matrix.row(0), n, matrix.stride(), form.diagonal.data(), form.off_diagonal.data(),
                         form.scale.data(), work.data());
  return form;
}

/// The first place from which an off-diagonal value is zero but for rounding. The largest value is about 1.
std::size_t block_end(const Tridiagonal& form, std::size_t begin) {
  const auto& d = form.diagonal;
  std::size_t end = begin;
  while (end + 1 < d.size()) {
    const double size = std::max(kSmallest, std::abs(d[end]) + std::abs(d[end + 1]));
    if (std::abs(form.off_diagonal[end]) <= std::numeric_limits<double>::epsilon() * size) break;
    ++end;
  }
  return end;
}

/// One sweep of QL over begin .. end; `turned(i, c, s)` has the rotations.
template <class Turned>
void sweep(Tridiagonal& form, std::size_t begin, std::size_t end, const Turned& turned) {
  auto &d = form.diagonal, &e = form.off_diagonal;
  const double half = (d[begin + 1] - d[begin]) / (2.0 * e[begin]);
  double g = d[end] - d[begin] + e[begin] / (half + std::copysign(std::sqrt(half * half + 1.0), half));
  double s = 1.0, c = 1.0, p = 0.0;
  for (std::size_t i = end; i-- > begin;) {
    const double f = s * e[i], b = c * e[i];
    const double r = std::sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r == 0.0) {  // the block falls apart here
      d[i + 1] -= p;
      e[end] = 0.0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const double q = (d[i] - g) * s + 2.0 * c * b;
    p = s * q;
    d[i + 1] = g + p;
    g = c * q - b;
    turned(i, c, s);
  }
  d[begin] -= p;
  e[begin] = g;
  e[end] = 0.0;
}

/// Squares are taken of values whose scale is 1. Returns the scale, 0 where there is nothing but zeros.
double take_scale(Tridiagonal& form) {
  double largest = 0.0;
  for (const double value : form.diagonal) largest = std::max(largest, std::abs(value));
  for (const double value : form.off_diagonal) largest = std::max(largest, std::abs(value));
  FATHOM_CHECK(std::isfinite(largest));
  if (!(largest > 0.0)) return 0.0;
  for (double& value : form.diagonal) value /= largest;
  for (double& value : form.off_diagonal) value /= largest;
  return largest;
}

/// The diagonal becomes the eigenvalues: `sweep(begin, end)` until no block is left.
template <class Sweep>
void diagonalise(Tridiagonal& form, const Sweep& sweep_block) {
  const double scale = take_scale(form);
  if (scale == 0.0) return;
  for (std::size_t begin = 0; begin < form.diagonal.size(); ++begin) {
    unsigned sweeps = 0;
    for (std::size_t end = block_end(form, begin); end != begin; end = block_end(form, begin)) {
      FATHOM_CHECK(++sweeps <= kMostSweeps);
      sweep_block(begin, end);
    }
  }
  for (double& value : form.diagonal) value *= scale;
}

/// One sweep of QL without rotations, which takes no square roots: of eigenvalues alone.
void rational_sweep(Tridiagonal& form, std::size_t begin, std::size_t end) {
  auto &d = form.diagonal, &e = form.off_diagonal;
  const double half = (d[begin + 1] - d[begin]) / (2.0 * e[begin]);
  const double shift = d[begin] - e[begin] / (half + std::copysign(std::sqrt(half * half + 1.0), half));
  double c = 1.0, s = 0.0, gamma = d[end] - shift, p = gamma * gamma;
  for (std::size_t i = end; i-- > begin;) {
    const double square = e[i] * e[i], r = p + square;
    if (i + 1 < end) e[i + 1] = std::sqrt(s * r);
    const double before = c, gamma_before = gamma, inverse = r / p;
    c = p / r;
    s = square / r;
    gamma = c * (d[i] - shift) - s * gamma_before;
    d[i + 1] = gamma_before + (d[i] - gamma);
    p = inverse < kLargestInverse ? gamma * gamma * inverse : before * square;
  }
  e[begin] = std::sqrt(s * p);
  d[begin] = shift + gamma;
  e[end] = 0.0;
}

/// Columns first .. of the tridiagonal form's eigenvectors, a row each, for the wanted ones of `order`.
void take_columns(const std::vector<kernels::Rotation>& rotations, const kernels::DoubleKernels& kernels,
                  std::size_t first, std::span<const std::size_t> wanted, std::size_t n, double* out,
                  std::size_t stride) {
  constexpr std::size_t width = kernels::kRotatedAtOnce;
  std::vector<double> rows(n * width, 0.0);
  for (std::size_t i = first; i < std::min(n, first + width); ++i) rows[i * width + i - first] = 1.0;
  kernels.rotate(rotations.data(), rotations.size(), rows.data(), width);
  for (std::size_t v = 0; v < wanted.size(); ++v) {
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(wanted[v] * width), std::min(width, n - first),
                out + v * stride + first);
  }
}

}  // namespace

std::vector<double> eigenvalues(SquareMatrix& matrix, SimdLevel simd) {
  Tridiagonal form = tridiagonal_form(matrix, select_double_kernels(simd));
  diagonalise(form, [&](std::size_t begin, std::size_t end) { rational_sweep(form, begin, end); });
  std::ranges::sort(form.diagonal, std::greater<>());
  return std::move(form.diagonal);
}

EigenPairs eigenpairs(SquareMatrix& matrix, double share, SimdLevel simd, unsigned threads,
                      Progress& progress) {
  const kernels::DoubleKernels& kernels = select_double_kernels(simd);
  const std::size_t n = matrix.size();
  Tridiagonal form = tridiagonal_form(matrix, kernels);
  progress.check();
  std::vector<kernels::Rotation> rotations;
  diagonalise(form, [&](std::size_t begin, std::size_t end) {
    sweep(form, begin, end, [&](std::size_t i, double c, double s) { rotations.push_back({c, s, i}); });
  });

  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return form.diagonal[i]; });
  EigenPairs pairs;
  for (const std::size_t i : order) pairs.values.push_back(form.diagonal[i]);
  std::size_t kept = 0;
  while (kept < n && pairs.values[kept] > share * pairs.values[0]) ++kept;
  order.resize(kept);

  // A row each, which goes on with zeros as the kernels want.
  const std::size_t stride = matrix.stride();
  std::vector<double> vectors(kept * stride, 0.0);
  constexpr std::size_t width = kernels::kRotatedAtOnce, together = 8;
  parallel_for((n + width - 1) / width, threads, [&](std::size_t part, unsigned) {
    progress.check();
    take_columns(rotations, kernels, part * width, order, n, vectors.data(), stride);
  });
  parallel_for((kept + together - 1) / together, threads, [&](std::size_t part, unsigned) {
    progress.check();
    const std::size_t first = part * together, count = std::min(together, kept - first);
    for (std::size_t j = n; j-- > 0;) {
      if (form.scale[j] == 0.0) continue;
      kernels.reflect(matrix.row(j) + j + 1, form.scale[j], n - j - 1,
                      vectors.data() + first * stride + j + 1, count, stride);
    }
  });
  pairs.vectors = Matrix<double>(kept, n);
  for (std::size_t v = 0; v < kept; ++v) {
    std::copy_n(vectors.begin() + static_cast<std::ptrdiff_t>(v * stride), n, pairs.vectors.row(v).begin());
  }
  return pairs;
}

}  // namespace fathom
