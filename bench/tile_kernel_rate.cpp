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

constexpr std::size_t kBlockRows = 240;
constexpr std::size_t kMostComponents = 8192;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Some rows, staged and packed for both sides.
struct PackedBlock {
  PackedBlock(const Matrix<std::uint8_t>& matrix, std::size_t first, const kernels::Layout& layout)
      : count(std::min(kBlockRows, matrix.rows() - first)),
        stride(round_up(matrix.cols(), layout.group) * layout.left_bytes),
        left(round_up(count, kernels::kRowsAtOnce) * stride),
        right(round_up(count, layout.panel) * round_up(matrix.cols(), layout.group) * layout.right_bytes) {
    std::vector<const void*> rows(count);
    for (std::size_t i = 0; i < count; ++i) {
      rows[i] = matrix.row(first + i).data();
      layout.stage_left(rows[i], matrix.cols(), left.data() + i * stride);
    }
    layout.pack_right(rows.data(), count, matrix.cols(), right.data());
  }

  std::size_t count, stride;
  std::vector<std::byte> left, right;
};

}  // namespace

double tile_kernel_rate(const Matrix<std::uint8_t>& rows, unsigned threads) {
  FATHOM_CHECK(rows.cols() <= kMostComponents);
  const kernels::ByteKernel& kernel = select_kernels(best_simd_level()).bytes;
  std::vector<PackedBlock> blocks;
  for (std::size_t first = 0; first < rows.rows(); first += kBlockRows)
    blocks.emplace_back(rows, first, kernel.layout);
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t right = 0; right < blocks.size(); ++right) {
    for (std::size_t left = 0; left <= right; ++left) tiles.emplace_back(left, right);
  }
  // Limits of zero, and norms that no distance of these rows falls to: nothing survives.
  const std::vector<std::uint32_t> limits(2 * kBlockRows, 0), norms(2 * kBlockRows, 1u << 30);

  const double time = seconds([&] {
    parallel_for(tiles.size(), threads, [&](std::size_t t, unsigned) {
      const PackedBlock &left = blocks[tiles[t].first], &right = blocks[tiles[t].second];
      std::uint32_t pair[kernels::kRowsAtOnce * kBlockRows + kernels::kOverrun], squared[std::size(pair)];
      for (std::size_t r = 0; r < left.count; r += kernels::kRowsAtOnce) {
        kernels::Survivors<std::uint32_t> survivors{pair, squared, 0};
        const void* rows_at_once[kernels::kRowsAtOnce];
        for (std::size_t i = 0; i < kernels::kRowsAtOnce; ++i)
          rows_at_once[i] = left.left.data() + (r + i) * left.stride;
        kernel.compare(
            {rows_at_once, std::min(kernels::kRowsAtOnce, left.count - r), 0, norms.data(), limits.data(),
             right.right.data(), right.count, norms.data(), limits.data(), rows.cols(), nullptr, true, true},
            survivors);
      }
    });
  });
  const auto count = static_cast<double>(rows.rows());
  return count * count * static_cast<double>(rows.cols()) / 2.0 / time;
}

}  // namespace fathom::bench
