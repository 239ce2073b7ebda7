#include "tile_kernel_rate.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "fathom/core/parallel.h"
#include "fathom/core/simd_level.h"
#include "neighbors/kernels/select_kernels.h"
#include "seconds.h"

namespace fathom::bench {

namespace {

constexpr std::size_t kBlockRows = 240;  // as pair_scan.cpp
constexpr std::size_t kMostComponents = 8192;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Some rows, packed for both sides of a product.
struct PackedBlock {
  PackedBlock(const Matrix<std::uint8_t>& matrix, std::size_t first, const kernels::TileKernel& kernel) {
    const std::size_t count = std::min(kBlockRows, matrix.rows() - first);
    left_count = round_up(count, kernel.block);
    right_count = round_up(count, kernel.panel);
    const std::size_t depth = round_up(matrix.cols(), kernel.group);
    left.resize(left_count * depth * kernel.left_bytes);
    right.resize(right_count * depth * kernel.right_bytes);
    std::vector<const void*> rows(count);
    for (std::size_t i = 0; i < count; ++i) rows[i] = matrix.row(first + i).data();
    kernel.pack_left(rows.data(), count, left_count, matrix.cols(), left.data());
    kernel.pack_right(rows.data(), count, right_count, matrix.cols(), right.data());
  }

  std::size_t left_count, right_count;
  std::vector<std::byte> left, right;
};

}  // namespace

double tile_kernel_rate(const Matrix<std::uint8_t>& rows, unsigned threads) {
  FATHOM_CHECK(rows.cols() <= kMostComponents);
  const kernels::TileKernel& kernel = select_kernels(best_simd_level()).bytes;
  std::vector<PackedBlock> blocks;
  for (std::size_t first = 0; first < rows.rows(); first += kBlockRows)
    blocks.emplace_back(rows, first, kernel);
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t right = 0; right < blocks.size(); ++right) {
    for (std::size_t left = 0; left <= right; ++left) tiles.emplace_back(left, right);
  }
  std::vector<std::vector<double>> products(threads, std::vector<double>(kBlockRows * kBlockRows));

  const double time = seconds([&] {
    parallel_for(tiles.size(), threads, [&](std::size_t t, unsigned worker) {
      const PackedBlock &left = blocks[tiles[t].first], &right = blocks[tiles[t].second];
      kernel.multiply(left.left.data(), left.left_count, right.right.data(), right.right_count, rows.cols(),
                      products[worker].data(), kBlockRows);
    });
  });
  const auto count = static_cast<double>(rows.rows());
  return count * count * static_cast<double>(rows.cols()) / 2.0 / time;
}

}  // namespace fathom::bench
