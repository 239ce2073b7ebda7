// Pairs of images with different labels: the nearest, those within seeded draws, and the spread of all.
//
// Where a scan has anchors, the nearest are those of the pairs that hold one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "fathom/core/distance.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

/// Two images with different labels at a distance that is not zero; a < b.
struct LabelPair {
  ImageIndex a, b;
  SquaredDistance squared;  ///< stored units
};

struct LabelPairsRequest {
  /// Class of every matrix row (all images, duplicates too).
  std::vector<std::int32_t> label;
  /// Nearest pairs to list.
  std::size_t nearest = 10;
  /// Each a set of matrix rows: the nearest pair with different labels within every one is found too. Anchors
  /// or their copies alone.
  std::vector<std::vector<std::uint32_t>> draws;
  /// As in NearestNeighbors: pairs of one group are left out.
  std::vector<std::uint32_t> group;
  /// Of the sample behind the quantiles.
  std::uint64_t seed = 0;
};

struct LabelPairsResult {
  /// Ordered by (squared distance, a, b). Empty when no pair has different labels and a positive distance.
  std::vector<LabelPair> nearest;
  /// Smallest squared distance in each draw; nothing where the draw has no such pair.
  std::vector<std::optional<SquaredDistance>> draws;
  /// Number of pairs of images with different labels and positive distance, one of them an anchor.
  std::uint64_t pairs = 0;
  /// Pairs that the quantiles are over: all with different labels, anchors or not, or a seeded sample.
  std::uint64_t quantile_pairs = 0;
  /// Quantiles of the squared distance, at the levels of quantile_levels.
  std::array<SquaredDistance, 4> quantiles{};
};

/// Levels of the ratio 1/distance: 0.5, 0.9, 0.99, 0.999. The squared distances stand at 1 - level.
inline constexpr std::array<double, 4> quantile_levels{0.5, 0.9, 0.99, 0.999};

/// Scans distinct rows; copies of an image count as the pairs they form.
class LabelPairs : public Collector {
 public:
  /// `duplicates` must outlive this.
  LabelPairs(const PairScan& scan, const Duplicates& duplicates, LabelPairsRequest request);
  ~LabelPairs() override;

  double limit(std::uint32_t position) const override;
  void collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned worker) override;
  void prefix_complete(const PairScan& scan, std::uint32_t count) override;
  /// After the scan: smallest squared distance in each draw, as in the result.
  std::vector<std::optional<SquaredDistance>> nearest_in_draws(const PairScan& scan) const;
  /// After the scan.
  LabelPairsResult result(const PairScan& scan) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fathom
