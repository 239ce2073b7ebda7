#include "fathom/neighbors/nearest_neighbors.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "fathom/core/parallel.h"
#include "neighbors/candidate_buffers.h"
#include "neighbors/stripe_lock.h"

namespace fathom {

NeighborTable::NeighborTable(std::size_t points, std::vector<std::uint32_t> place, std::size_t k)
    : points_(points),
      k_(k),
      place_(std::move(place)),
      squared_(place_.size() * k),
      index_(place_.size() * k),
      found_(place_.size(), 0) {
  FATHOM_CHECK(place_.size() <= points);
}

void NeighborTable::set_row(std::size_t i, std::span<const SquaredDistance> squared,
                            std::span<const ImageIndex> index) {
  FATHOM_CHECK(squared.size() == index.size() && squared.size() <= k_);
  std::ranges::copy(squared, squared_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  std::ranges::copy(index, index_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  found_[i] = static_cast<std::uint32_t>(squared.size());
}

void NeighborTable::forget_squared(std::size_t before) {
  forgotten_ = std::max(forgotten_, before);
  detail::give_back_values(squared_.data(), before * k_ * sizeof(SquaredDistance));
}

namespace {

constexpr std::size_t kSettledTogether = 1024;  // positions, between two looks at the progress

}  // namespace

NearestNeighbors::NearestNeighbors(const PairScan& scan, std::size_t k, std::vector<std::uint32_t> group)
    : k_(k), group_(std::move(group)), buffers_(std::make_unique<CandidateBuffers>(scan, k)) {
  FATHOM_CHECK(k >= 1);
}

NearestNeighbors::~NearestNeighbors() = default;

void NearestNeighbors::on_prefix(std::size_t k, std::function<void(const NeighborTable&)> receive) {
  FATHOM_CHECK(k >= 1 && k <= k_);
  prefix_k_ = k;
  receive_ = std::move(receive);
}

double NearestNeighbors::limit(std::uint32_t position) const {
  return buffers_->holds(position) ? buffers_->limit(position) : -1.0;
}

void NearestNeighbors::collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned) {
  CandidateBuffers& buffers = *buffers_;
  const auto add = [&](std::uint32_t position, std::uint32_t other, double lower, StripeLock& lock) {
    if (!buffers.holds(position) || !(lower <= buffers.limit(position))) return;
    const std::uint32_t other_row = scan.row(other);
    if (!group_.empty() && group_[scan.row(position)] == group_[other_row]) return;
    lock.hold(position / CandidateBuffers::kStripe);
    buffers.add(scan, position, lower, other_row);
  };
  {
    StripeLock lock(buffers.locks());
    for (const PairBound& pair : pairs) add(pair.first, pair.second, pair.lower, lock);
  }
  StripeLock lock(buffers.locks());
  for (const PairBound& pair : pairs) add(pair.second, pair.first, pair.lower, lock);
}

RowCollector* NearestNeighbors::by_rows() {
  buffers_->expect_nearest();
  return this;
}

std::vector<NearRow> NearestNeighbors::nearest(std::uint32_t position) const {
  std::vector<NearRow> nearest;
  buffers_->take_known(position, nearest);
  return nearest;
}

void NearestNeighbors::take(std::uint32_t position, std::span<const NearRow> nearest) {
  buffers_->set_nearest(position, nearest);
}

void NearestNeighbors::tighten(const PairScan& scan, std::uint32_t position,
                               std::span<const std::uint32_t> near) {
  const std::uint32_t row = scan.row(position);
  std::vector<double> squared;
  for (const std::uint32_t other : near) {
    if (group_.empty() || group_[row] != group_[scan.row(other)]) {
      squared.push_back(scan.upper(position, other));
    }
  }
  if (squared.size() < k_) return;
  const auto kth = squared.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
  std::nth_element(squared.begin(), kth, squared.end());
  buffers_->lower_limit(position, *kth);
}

NeighborTable NearestNeighbors::table_of(const PairScan& scan, std::uint32_t count, std::size_t k, bool take,
                                         Progress& progress) {
  std::vector<std::uint32_t> by_row(count);  // positions in the order of their matrix rows
  for (std::uint32_t p = 0; p < count; ++p) by_row[p] = p;
  std::ranges::sort(by_row, {}, [&](std::uint32_t p) { return scan.row(p); });
  std::vector<std::uint32_t> rank(count == 0 ? 0 : scan.row(by_row.back()) + 1);
  for (std::uint32_t i = 0; i < count; ++i) rank[scan.row(by_row[i])] = i;

  const std::uint32_t anchors = std::min(count, scan.anchors());
  std::vector<std::uint32_t> place, position;  // of anchors, among all and in the scan
  for (std::uint32_t i = 0; i < count; ++i) {
    if (by_row[i] >= anchors) continue;
    place.push_back(i);
    position.push_back(by_row[i]);
  }
  NeighborTable table(count, std::move(place), k);
  constexpr std::size_t chunk = 32;
  if (!buffers_->all_known(anchors)) {
    const std::vector<std::uint32_t> order = buffers_->chained(scan, anchors);
    std::vector<std::uint32_t> places(anchors, std::numeric_limits<std::uint32_t>::max());
    progress.begin("comparing the nearest directly", order.size());
    for (std::size_t first = 0; first < order.size(); first += kSettledTogether) {
      progress.check();
      const std::size_t count_now = std::min(kSettledTogether, order.size() - first);
      buffers_->settle(scan, std::span(order).subspan(first, count_now), places, k);
      progress.advance(count_now);
    }
    progress.end();
  }
  if (take) buffers_->arrange(position);
  const std::size_t piece = take ? std::max<std::size_t>(1024, anchors / 16) : std::max(1u, anchors);
  for (std::size_t first = 0; first < anchors; first += piece) {
    const std::size_t end = std::min<std::size_t>(anchors, first + piece);
    parallel_for((end - first + chunk - 1) / chunk, scan.options().threads, [&](std::size_t index, unsigned) {
      std::vector<SquaredDistance> squared;
      std::vector<ImageIndex> neighbors;
      const std::size_t start = first + index * chunk;
      for (std::size_t i = start; i < std::min(end, start + chunk); ++i) {
        squared.clear();
        neighbors.clear();
        const auto buffer = take ? static_cast<std::uint32_t>(i) : position[i];
        for (const NearRow& candidate : buffers_->nearest(buffer, k)) {
          squared.push_back({candidate.squared});
          neighbors.push_back(ImageIndex{rank[candidate.row]});
        }
        table.set_row(i, squared, neighbors);
      }
    });
    if (take) buffers_->give_back(end);
  }
  return table;
}

void NearestNeighbors::prefix_complete(const PairScan& scan, std::uint32_t count) {
  if (!receive_ || count == scan.size()) return;
  receive_(table_of(scan, count, prefix_k_, false, no_progress()));
}

NeighborTable NearestNeighbors::take_table(const PairScan& scan, Progress& progress) {
  NeighborTable table = table_of(scan, scan.size(), k_, true, progress);
  buffers_.reset();
  return table;
}

}  // namespace fathom
