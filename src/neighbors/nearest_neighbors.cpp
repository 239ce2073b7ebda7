#include "fathom/neighbors/nearest_neighbors.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "fathom/core/parallel.h"
#include "neighbors/kernels/select_kernels.h"

namespace fathom {

void NeighborTable::set_row(std::size_t i, std::span<const SquaredDistance> squared,
                            std::span<const ImageIndex> index) {
  FATHOM_CHECK(squared.size() == index.size() && squared.size() <= k_);
  std::ranges::copy(squared, squared_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  std::ranges::copy(index, index_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  found_[i] = static_cast<std::uint32_t>(squared.size());
}

namespace {

/// A neighbour that the bounds cannot rule out yet.
struct Candidate {
  double lower;
  std::uint32_t row;
  friend auto operator<=>(const Candidate&, const Candidate&) = default;  // (distance, index)
};

constexpr std::uint32_t kExact = std::uint32_t{1} << 31;  // mark of a candidate whose distance is known
constexpr std::size_t kStripe = 64;                       // positions that share a lock

}  // namespace

/// Of every position, an unordered buffer of candidates; full buffers are cut back to what may still matter.
struct NearestNeighbors::Buffers {
  Buffers(std::size_t positions, std::size_t neighbors)
      : k(neighbors),
        capacity(neighbors + std::max<std::size_t>(32, neighbors / 2)),
        lower(positions * capacity),
        key(positions * capacity),
        count(positions, 0),
        threshold(positions + 8, std::numeric_limits<double>::infinity()),
        locks(positions / kStripe + 1) {}

  std::size_t k, capacity;
  std::vector<double> lower;
  std::vector<std::uint32_t> key;
  std::vector<std::uint32_t> count;
  /// Candidates above it cannot be among the k nearest. Only ever falls, so an old value errs on the safe
  /// side.
  std::vector<double> threshold;
  std::vector<std::mutex> locks;

  std::vector<std::unique_lock<std::mutex>> lock(std::uint32_t first, std::uint32_t positions) {
    std::vector<std::unique_lock<std::mutex>> held;
    for (std::size_t s = first / kStripe; s <= (first + positions - 1) / kStripe; ++s)
      held.emplace_back(locks[s]);
    return held;
  }

  double upper(const PairScan& scan, std::uint32_t position, std::size_t entry) const {
    const std::size_t at = position * capacity + entry;
    if (key[at] & kExact) return lower[at];
    return lower[at] + 2.0 * (scan.margin(scan.row(position)) + scan.margin(key[at]));
  }

  void add(const PairScan& scan, std::uint32_t position, double bound, std::uint32_t other_row) {
    if (!(bound <= threshold[position])) return;
    const std::size_t at = position * capacity + count[position];
    lower[at] = bound;
    key[at] = other_row | (scan.bounds_are_exact() ? kExact : 0);
    if (++count[position] == capacity) prune(scan, position);
  }

  /// Smallest value that at least `wanted` candidates are known not to exceed.
  double upper_rank(const PairScan& scan, std::uint32_t position, std::size_t wanted) const {
    std::vector<double> uppers(count[position]);
    for (std::size_t i = 0; i < uppers.size(); ++i) uppers[i] = upper(scan, position, i);
    const auto kth = uppers.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
    std::nth_element(uppers.begin(), kth, uppers.end());
    return *kth;
  }

  void make_exact(const PairScan& scan, std::uint32_t position, double limit) {
    for (std::size_t at = position * capacity, end = at + count[position]; at < end; ++at) {
      if ((key[at] & kExact) || lower[at] > limit) continue;
      lower[at] = scan.exact(scan.row(position), key[at]).value;
      key[at] |= kExact;
    }
  }

  /// Candidates whose distance is known.
  std::vector<Candidate> known(std::uint32_t position) const {
    std::vector<Candidate> candidates;
    candidates.reserve(count[position]);
    for (std::size_t at = position * capacity, end = at + count[position]; at < end; ++at) {
      if (key[at] & kExact) candidates.push_back({lower[at], key[at] & ~kExact});
    }
    return candidates;
  }

  /// Drops what the bounds rule out. True when that made room.
  bool cut_by_bounds(const PairScan& scan, std::uint32_t position) {
    const double limit = upper_rank(scan, position, k);
    const std::size_t first = position * capacity;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count[position]; ++i) {
      if (lower[first + i] > limit) continue;
      lower[first + kept] = lower[first + i];
      key[first + kept] = key[first + i];
      ++kept;
    }
    count[position] = static_cast<std::uint32_t>(kept);
    threshold[position] = limit;
    return kept <= capacity - (capacity - k) / 4;
  }

  /// Keeps the k nearest of candidates whose distances are all known, ties by index.
  void cut_by_distance(std::uint32_t position) {
    std::vector<Candidate> candidates = known(position);
    const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(k);
    std::nth_element(candidates.begin(), last - 1, candidates.end());
    for (std::size_t i = 0; i < k; ++i) {
      lower[position * capacity + i] = candidates[i].lower;
      key[position * capacity + i] = candidates[i].row | kExact;
    }
    count[position] = static_cast<std::uint32_t>(k);
    threshold[position] = candidates[k - 1].lower;
  }

  void prune(const PairScan& scan, std::uint32_t position) {
    if (!scan.bounds_are_exact()) {
      if (cut_by_bounds(scan, position)) return;
      make_exact(scan, position, threshold[position]);  // bounds too wide to tell ties apart
    }
    cut_by_distance(position);
  }

  /// The `wanted` nearest of a position among what has been scanned.
  std::vector<Candidate> settle(const PairScan& scan, std::uint32_t position, std::size_t wanted) {
    wanted = std::min<std::size_t>(wanted, count[position]);
    if (wanted == 0) return {};
    make_exact(scan, position, upper_rank(scan, position, wanted));
    std::vector<Candidate> candidates = known(position);
    const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(wanted);
    std::partial_sort(candidates.begin(), last, candidates.end());
    candidates.erase(last, candidates.end());
    return candidates;
  }
};

NearestNeighbors::NearestNeighbors(const PairScan& scan, std::size_t k, std::vector<std::uint32_t> group)
    : k_(k), group_(std::move(group)), buffers_(std::make_unique<Buffers>(scan.size(), k)) {
  FATHOM_CHECK(k >= 1);
}

NearestNeighbors::~NearestNeighbors() = default;

void NearestNeighbors::on_prefix(std::size_t k, std::function<void(const NeighborTable&)> receive) {
  FATHOM_CHECK(k >= 1 && k <= k_);
  prefix_k_ = k;
  receive_ = std::move(receive);
}

void NearestNeighbors::collect(const PairScan& scan, const PairBlock& block, unsigned) {
  Buffers& buffers = *buffers_;
  const kernels::KernelSet& set = select_kernels(scan.options().simd);
  const std::size_t groups_of_8 = (block.cols + 7) / 8;
  std::vector<double> col_threshold(8 * groups_of_8, -std::numeric_limits<double>::infinity());
  {
    const auto held = buffers.lock(block.first_col, block.cols);
    std::copy_n(buffers.threshold.begin() + block.first_col, block.cols, col_threshold.begin());
  }

  struct Hit {
    std::uint32_t row, col;
  };
  std::vector<Hit> of_cols;
  std::vector<std::uint8_t> mask(groups_of_8);
  {
    const auto held = buffers.lock(block.first_row, block.rows);
    for (std::uint32_t r = 0; r < block.rows; ++r) {
      const double* lower = block.lower + r * block.stride;
      const std::uint32_t position = block.first_row + r, row = scan.row(position);
      set.find_below(lower, block.cols, buffers.threshold[position], col_threshold.data(), mask.data());
      for (std::size_t g = block.diagonal ? (r + 1) / 8 : 0; g < groups_of_8; ++g) {
        for (unsigned bits = mask[g]; bits != 0; bits &= bits - 1) {
          const auto c =
              static_cast<std::uint32_t>(8 * g) + static_cast<std::uint32_t>(std::countr_zero(bits));
          if (c >= block.cols || (block.diagonal && c <= r)) continue;
          const std::uint32_t col = scan.row(block.first_col + c);
          if (!group_.empty() && group_[row] == group_[col]) continue;
          if (lower[c] <= col_threshold[c]) of_cols.push_back({r, c});
          buffers.add(scan, position, lower[c], col);
        }
      }
    }
  }
  const auto held = buffers.lock(block.first_col, block.cols);
  for (const Hit hit : of_cols) {
    buffers.add(scan, block.first_col + hit.col, block.lower[hit.row * block.stride + hit.col],
                scan.row(block.first_row + hit.row));
  }
}

NeighborTable NearestNeighbors::table_of(const PairScan& scan, std::uint32_t count, std::size_t k) {
  std::vector<std::uint32_t> by_row(count);  // positions in the order of their matrix rows
  for (std::uint32_t p = 0; p < count; ++p) by_row[p] = p;
  std::ranges::sort(by_row, {}, [&](std::uint32_t p) { return scan.row(p); });
  std::vector<std::uint32_t> rank(count == 0 ? 0 : scan.row(by_row.back()) + 1);
  for (std::uint32_t i = 0; i < count; ++i) rank[scan.row(by_row[i])] = i;

  NeighborTable table(count, k);
  constexpr std::size_t chunk = 32;
  parallel_for((count + chunk - 1) / chunk, scan.options().threads, [&](std::size_t index, unsigned) {
    std::vector<SquaredDistance> squared;
    std::vector<ImageIndex> neighbors;
    for (std::size_t i = index * chunk; i < std::min<std::size_t>(count, (index + 1) * chunk); ++i) {
      squared.clear();
      neighbors.clear();
      for (const Candidate& candidate : buffers_->settle(scan, by_row[i], k)) {
        squared.push_back({candidate.lower});
        neighbors.push_back(ImageIndex{rank[candidate.row]});
      }
      table.set_row(i, squared, neighbors);
    }
  });
  return table;
}

void NearestNeighbors::prefix_complete(const PairScan& scan, std::uint32_t count) {
  if (!receive_ || count == scan.size()) return;
  receive_(table_of(scan, count, prefix_k_));
}

NeighborTable NearestNeighbors::take_table(const PairScan& scan) {
  NeighborTable table = table_of(scan, scan.size(), k_);
  buffers_.reset();
  return table;
}

}  // namespace fathom
