#include "fathom/estimate/memory_need.h"

#include <algorithm>

namespace fathom {

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

}  // namespace

std::uint64_t MemoryNeed::total() const {
  return matrix + rest + std::max(arrays, search + neighbors);
}

MemoryNeed memory_need(const MatrixShape& shape, std::uint64_t arrays, bool in_file,
                       const MeasureOptions& options) {
  const std::uint64_t rows = shape.rows, values = rows * shape.cols;
  const bool scanned_as_they_are = !shape.enlarged && shape.type != PixelType::float64;
  MemoryNeed need;
  need.arrays = arrays;
  need.matrix = in_file ? 0 : shape.bytes() + shape.replaced_bytes;
  need.search = scanned_as_they_are ? shape.bytes() / 4 : values * sizeof(float);
  need.neighbors = 40 * rows * std::min<std::uint64_t>(neighbors_listed(options), rows);
  need.rest = 400 * rows + 48 * kMebibyte + 12 * kMebibyte * options.threads;
  return need;
}

}  // namespace fathom
