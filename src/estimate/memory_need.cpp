#include "fathom/estimate/memory_need.h"

#include <algorithm>

namespace fathom {

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

/// Beside what all estimators look at.
std::uint64_t estimator_bytes(const std::string& name, std::uint64_t rows, std::uint64_t listed,
                              std::uint64_t search, unsigned threads) {
  if (name == "danco" || name == "mind_kl") return 824 * rows;
  if (name == "geodesic") return (720 + 88 * std::uint64_t{threads}) * rows;
  if (name == "minimum_spanning_tree") {
    return std::min<std::uint64_t>(rows, 20000) * (900 + 20 * listed) + search;
  }
  return 0;
}

}  // namespace

std::uint64_t MemoryNeed::total() const {
  return matrix + rest + std::max(arrays, search + neighbors);
}

MemoryNeed memory_need(const MatrixShape& shape, std::uint64_t arrays, bool in_file,
                       const MeasureOptions& options) {
  const std::uint64_t rows = shape.rows, values = rows * shape.cols;
  MemoryNeed need;
  need.arrays = arrays;
  const std::uint64_t enlarged = shape.enlarged ? values * sizeof(float) : 0;
  need.matrix = in_file ? 0 : shape.bytes() + shape.replaced_bytes + enlarged;
  if (shape.type == PixelType::float64) {
    need.search = values * sizeof(float);
  } else {
    need.search = std::max(shape.bytes(), enlarged) / 4;
  }
  const std::uint64_t measured = options.anchors == 0 ? rows : std::min<std::uint64_t>(options.anchors, rows);
  const std::uint64_t listed = std::min<std::uint64_t>(neighbors_listed(options), rows);
  need.neighbors = 40 * measured * listed;
  std::uint64_t most = 0;
  for (const Estimator* one : chosen_estimators(options.estimators)) {
    most = std::max(most, estimator_bytes(one->name, rows, listed, need.search, options.threads));
  }
  need.rest = 400 * rows + 48 * kMebibyte + 12 * kMebibyte * options.threads + most;
  return need;
}

}  // namespace fathom
