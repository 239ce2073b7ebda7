#include "fathom/estimate/memory_need.h"

#include <algorithm>
#include <string>

#include "estimate/centered_rows.h"
#include "fathom/estimate/estimators.h"
#include "fathom/neighbors/candidate_room.h"
#include "fathom/neighbors/packed_rows.h"

namespace fathom {

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kFewestFiltered = 700;

struct Sizes {
  std::uint64_t rows, points, columns, listed, search;
};

/// Beside what all estimators look at.
std::uint64_t need_of(const std::string& estimator, const Sizes& sizes, const MeasureOptions& options) {
  if (estimator == "hidalgo") return sizes.points * (32 * (options.components + 3) + 100);
  if (estimator == "danco") return 2200 * sizes.rows;
  if (estimator == "mind_kl") return 824 * sizes.rows + 2600 * std::min<std::uint64_t>(sizes.rows, 10000);
  if (estimator == "geodesic") return (720 + 88 * std::uint64_t{options.threads}) * sizes.rows;
  if (estimator == "minimum_spanning_tree") {
    return std::min<std::uint64_t>(sizes.rows, 20000) * (900 + 20 * sizes.listed) + sizes.search;
  }
  if (estimator != "lpca" && estimator != "participation_ratio" && estimator != "fishers") return 0;
  const bool drawn = sizes.columns > kMostProducts && sizes.points > kMostProducts;
  const std::uint64_t used = drawn ? kMostProducts : sizes.points;
  const std::uint64_t size = std::min(sizes.columns, used);
  return 3 * sizeof(double) * size * size + (estimator == "fishers" ? 2 * sizeof(double) * size * used : 0);
}

}  // namespace

std::uint64_t MemoryNeed::total() const {
  return matrix + rest + std::max(arrays, std::max(search, estimates) + neighbors);
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
  // A filter's sample and its directions, once as they are and once packed, all of float32. Of fewer rows no
  // cost model looks for directions.
  if (rows >= kFewestFiltered || options.search == SearchMode::filter) {
    const std::uint64_t sampled = std::min<std::uint64_t>(rows, rows >= 40'000 ? 1024 : 512) + 2 * 256;
    need.search += sizeof(float) * sampled * shape.cols;
  }
  const std::uint64_t measured = options.anchors == 0 ? rows : std::min<std::uint64_t>(options.anchors, rows);
  const std::uint64_t listed = std::min<std::uint64_t>(neighbors_listed(options), rows);
  const bool bytes = shape.type == PixelType::uint8 && !shape.enlarged;
  const std::uint64_t packed = values * (bytes ? 1 : sizeof(float)), centred = bytes ? 0 : packed;
  if (options.search == SearchMode::rows || packed <= kMostPackedBytes) {
    need.search =
        std::max(need.search,
                 centred + std::min<std::uint64_t>(packed, kMostPackedBytes));  // rows, one with all others
  }
  const std::vector<const Estimator*> chosen = chosen_estimators(options.estimators);
  const std::uint64_t table = 12, logs = need_squared_distances(chosen) ? 8 : 0;
  const std::uint64_t candidates = 12 * (bytes ? listed : listed + candidate_room(listed, shape.cols, false));
  need.neighbors = measured * (2 * listed + std::max(candidates, (table + logs) * listed));
  for (const Estimator* estimator : chosen) {
    need.estimates = std::max(
        need.estimates, need_of(estimator->name, {rows, measured, shape.cols, listed, need.search}, options));
  }
  need.rest = 400 * rows + 48 * kMebibyte + 12 * kMebibyte * options.threads;
  return need;
}

}  // namespace fathom
