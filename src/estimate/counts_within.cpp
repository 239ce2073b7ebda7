#include "estimate/counts_within.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "fathom/core/random.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

namespace {

constexpr std::uint64_t kOrderStream = 0x636f756e;  // apart from every other use of the seed

/// Counts the pairs of the anchors.
class CountsWithin : public Collector {
 public:
  CountsWithin(const PairScan& scan, std::span<const Distance> radii, std::span<const std::uint32_t> groups)
      : radii_(radii.begin(), radii.end()),
        groups_(groups),
        anchors_(scan.anchors()),
        counts_(std::make_unique<std::atomic<std::uint32_t>[]>(scan.anchors() * radii.size())),
        // A little more than the square of the largest, whose rounding must rule out no pair.
        limit_(radii.back().value * radii.back().value * (1.0 + 1e-12)) {}

  double limit(std::uint32_t position) const override { return position < anchors_ ? limit_ : 0.0; }

  void collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned) override {
    for (const PairBound& pair : pairs) {
      if (pair.lower > limit_ || pair.first >= anchors_) continue;
      const std::uint32_t a = scan.row(pair.first), b = scan.row(pair.second);
      if (!groups_.empty() && groups_[a] == groups_[b]) continue;
      const Distance distance =
          root(scan.bounds_are_exact() ? SquaredDistance{pair.lower} : scan.exact(a, b));
      for (std::size_t r = radii_.size(); r-- > 0 && distance < radii_[r];) {
        ++counts_[pair.first * radii_.size() + r];
        if (pair.second < anchors_) ++counts_[pair.second * radii_.size() + r];
      }
    }
  }

  void prefix_complete(const PairScan&, std::uint32_t) override {}

  std::vector<std::uint32_t> counts(std::uint32_t position) const {
    std::vector<std::uint32_t> counts;
    for (std::size_t r = 0; r < radii_.size(); ++r) counts.push_back(counts_[position * radii_.size() + r]);
    return counts;
  }

 private:
  std::vector<Distance> radii_;
  std::span<const std::uint32_t> groups_;
  std::uint32_t anchors_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> counts_;
  double limit_;
};

std::vector<std::uint32_t> listed_within(std::span<const SquaredDistance> squared,
                                         std::span<const Distance> radii) {
  std::vector<std::uint32_t> counts;
  for (const Distance radius : radii) {
    counts.push_back(static_cast<std::uint32_t>(
        std::ranges::count_if(squared, [&](SquaredDistance one) { return root(one) < radius; })));
  }
  return counts;
}

/// The rows of these points first, then all others in random order.
std::vector<std::uint32_t> scan_order(const Sample& sample, std::span<const std::uint32_t> first,
                                      std::uint64_t seed) {
  std::vector<std::uint32_t> order, others;
  std::vector<bool> taken(sample.points(), false);
  for (const std::uint32_t point : first) {
    order.push_back(sample.rows[point]);
    taken[point] = true;
  }
  for (std::size_t point = 0; point < sample.points(); ++point) {
    if (!taken[point]) others.push_back(sample.rows[point]);
  }
  Generator generator = make_generator(seed, kOrderStream << 32);
  shuffle(std::span(others), generator);
  order.insert(order.end(), others.begin(), others.end());
  return order;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> counts_within(const Sample& sample, std::span<const Distance> radii,
                                                      const EstimatorSettings& settings, Progress& progress) {
  const NeighborTable& table = sample.neighbors;
  std::vector<std::vector<std::uint32_t>> counts;
  std::vector<std::uint32_t> open_rows, open_points;  // whose listed neighbours end within the largest radius
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto squared = table.squared(i);
    counts.push_back(listed_within(squared, radii));
    if (squared.size() < table.k() || table.k() + 1 == sample.points()) continue;  // all are listed
    if (root(squared.back()) >= radii.back()) continue;
    open_rows.push_back(static_cast<std::uint32_t>(i));
    open_points.push_back(static_cast<std::uint32_t>(table.place(i)));
  }
  if (open_rows.empty()) return counts;
  const auto anchors = static_cast<std::uint32_t>(open_rows.size());
  PairScan scan(sample.matrix, scan_order(sample, open_points, settings.seed),
                {settings.threads, settings.simd, settings.search, table.k(), anchors});
  CountsWithin collector(scan, radii, sample.groups);
  Collector* collectors[] = {&collector};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);
  for (std::uint32_t position = 0; position < anchors; ++position) {
    counts[open_rows[position]] = collector.counts(position);
  }
  return counts;
}

}  // namespace fathom
