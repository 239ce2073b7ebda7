#include "estimate/centered_rows.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "estimate/symmetric_eigen.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kPointStream = 0x63656e74;  // apart from every other use of the seed
constexpr std::size_t kBlock = 128;                 // rows or columns at a time, a multiple of every panel

std::size_t blocks(std::size_t count) {
  return (count + kBlock - 1) / kBlock;
}

std::size_t block_size(std::size_t block, std::size_t count) {
  return std::min(kBlock, count - block * kBlock);
}

std::vector<std::uint32_t> measured_rows(const Sample& sample, std::size_t components, std::uint64_t seed) {
  const NeighborTable& table = sample.neighbors;
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < table.rows(); ++i) rows.push_back(sample.rows[table.place(i)]);
  if (components <= kMostProducts || rows.size() <= kMostProducts) return rows;
  Generator generator = make_generator(seed, kPointStream << 32);
  shuffle(std::span(rows), generator);
  rows.resize(kMostProducts);
  std::ranges::sort(rows);
  return rows;
}

}  // namespace

CenteredRows::CenteredRows(const Sample& sample, const EstimatorSettings& settings)
    : matrix_(sample.matrix),
      threads_(settings.threads),
      kernels_(select_double_kernels(settings.simd)),
      rows_(measured_rows(sample, sample.matrix.stored_cols(), settings.seed)),
      mean_(sample.matrix.stored_cols(), 0.0) {
  parallel_for(blocks(components()), threads_, [&](std::size_t b, unsigned) {
    const std::size_t first = b * kBlock, size = block_size(b, components());
    std::visit(
        [&](const auto& matrix) {
          for (const std::uint32_t row : rows_) {
            const auto values = matrix.row(row).subspan(first, size);
            for (std::size_t c = 0; c < size; ++c) mean_[first + c] += static_cast<double>(values[c]);
          }
        },
        matrix_.stored);
    for (std::size_t c = first; c < first + size; ++c) mean_[c] /= static_cast<double>(points());
  });
}

void CenteredRows::pack(std::size_t first, std::size_t count, PackedVectors& packed) const {
  packed.pack_rows(matrix_, std::span(rows_).subspan(first, count), 0, mean_);
}

void CenteredRows::copy_row(std::size_t point, std::span<double> out) const {
  std::visit(
      [&](const auto& matrix) {
        const auto row = matrix.row(rows_[point]);
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = static_cast<double>(row[c]) - mean_[c];
      },
      matrix_.stored);
}

SquareMatrix CenteredRows::products(Progress& progress) const {
  const bool of_components = products_of_components();
  const std::size_t size = of_components ? components() : points();
  const std::size_t length = of_components ? points() : components();
  SquareMatrix products(size);
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t j = 0; j < blocks(size); ++j)
    for (std::size_t i = 0; i <= j; ++i) tiles.emplace_back(i, j);
  const auto pack = [&](std::size_t b, std::size_t l, PackedVectors& packed) {
    const std::size_t first = b * kBlock, count = block_size(b, size), along = l * kBlock,
                      steps = block_size(l, length);
    if (of_components) {
      packed.pack_columns(matrix_, std::span(rows_).subspan(along, steps), first,
                          std::span(mean_).subspan(first, count));
    } else {
      packed.pack_rows(matrix_, std::span(rows_).subspan(first, count), along,
                       std::span(mean_).subspan(along, steps));
    }
  };
  parallel_for(tiles.size(), threads_, [&](std::size_t t, unsigned) {
    const auto [i, j] = tiles[t];
    PackedVectors left(kernels_), right(kernels_);
    double* const out = products.row(i * kBlock) + j * kBlock;
    for (std::size_t l = 0; l < blocks(length); ++l) {
      progress.check();
      pack(i, l, left);
      if (i != j) pack(j, l, right);
      left.add_products(i == j ? left : right, out, products.stride(), i == j);
    }
  });
  products.mirror();
  return products;
}

std::vector<double> covariance_spectrum(SquareMatrix& products, std::size_t points, SimdLevel simd) {
  std::vector<double> spectrum = eigenvalues(products, simd);
  const double smallest = spectrum[0] * 1e-13 * static_cast<double>(spectrum.size());
  while (!spectrum.empty() && !(spectrum.back() > smallest)) spectrum.pop_back();
  for (double& value : spectrum) value /= static_cast<double>(points - 1);
  return spectrum;
}

}  // namespace fathom
