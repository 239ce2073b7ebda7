#include "neighbors/row_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "fathom/neighbors/packed_rows.h"
#include "neighbors/margin.h"
#include "neighbors/row_comparison.h"

namespace fathom {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kTried = 16;      // rows of which open_share() is the mean
constexpr std::size_t kDelivered = 1024;  // pairs, together

/// Of `sampled` numbers of all, the rank of one that is nearly surely not among the `wanted` smallest of all.
std::size_t sure_rank(std::size_t wanted, std::size_t sampled, std::size_t all) {
  const double expected =
      static_cast<double>(wanted) * static_cast<double>(sampled) / static_cast<double>(all);
  return static_cast<std::size_t>(expected + 3.0 * std::sqrt(expected) + 2.0);
}

}  // namespace

/// A position that may be among the nearest of another.
struct RowSearch::Candidate {
  double lower;
  std::uint32_t position;
  bool exact;  ///< `lower` is the distance
};

/// Candidates of one position, cut back to what may still matter whenever there are too many.
class RowSearch::List {
 public:
  explicit List(std::size_t wanted) : wanted_(wanted), full_(2 * wanted + 64) { candidates_.reserve(full_); }

  double limit() const { return limit_; }
  std::span<const Candidate> candidates() const { return candidates_; }

  /// Has a limit that is a guess, for so many candidates: what it leaves out is lost if it was too low.
  void guess(double limit, std::size_t expected) {
    guessed_ = limit_ = limit;
    full_ = std::max(full_, 2 * expected);
  }
  /// Whether the guess has lost nothing; after the last cut().
  bool complete() const { return limit_ < guessed_ || guessed_ == kInfinity; }

  void add(const RowSearch& search, std::uint32_t own, const Candidate& candidate) {
    if (!(candidate.lower <= limit_)) return;
    candidates_.push_back(candidate);
    if (candidates_.size() < full_) return;
    cut(search, own);
    full_ = std::max(full_, 2 * candidates_.size());  // ties, or bounds too wide to tell them apart
  }

  /// Drops what the bounds rule out: the wanted of the lowest bounds are none of them farther than `limit`.
  void cut(const RowSearch& search, std::uint32_t own) {
    if (candidates_.size() < wanted_) return;
    const auto last = candidates_.begin() + static_cast<std::ptrdiff_t>(wanted_);
    std::ranges::nth_element(candidates_, last - 1, {}, &Candidate::lower);
    double farthest = 0.0;
    for (auto at = candidates_.begin(); at != last; ++at) {
      farthest = std::max(farthest, search.upper_of(own, *at));
    }
    limit_ = std::min(limit_, farthest);
    std::erase_if(candidates_, [&](const Candidate& candidate) { return candidate.lower > limit_; });
  }

 private:
  std::size_t wanted_, full_;
  double limit_ = kInfinity, guessed_ = kInfinity;
  std::vector<Candidate> candidates_;
};

RowSearch::RowSearch(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                     const PairScanOptions& options, ProductSums sums)
    : ProductSearch(matrix, order, options, sums) {
  pack_all(kMostPackedBytes, options.threads);
}

bool RowSearch::sums_are_finite() const {
  return margin_.empty() || std::ranges::all_of(left_norm_, [](double norm) {
           return norm <= 0.5 * margin::kLargestFloatNorm;  // less its margin
         });
}

double RowSearch::upper_of(std::uint32_t position, const Candidate& candidate) const {
  return candidate.exact ? candidate.lower : upper(position, candidate.position, candidate.lower);
}

double RowSearch::open_share(const PairScan& scan, std::size_t neighbors) {
  const std::uint32_t tried = std::min(kTried, scan.anchors());
  if (bounds_are_exact() || scan.size() < 2) return 0.0;
  std::vector<List> lists(tried, List(neighbors));
  Delivery none(scan, {}, 0);
  list_candidates({0, tried}, {0, scan.size()}, {}, lists, 0, none);
  std::size_t open = 0;
  for (std::uint32_t p = 0; p < tried; ++p) {
    lists[p].cut(*this, p);
    open += lists[p].candidates().size();
  }
  return static_cast<double>(open) / (static_cast<double>(tried) * (scan.size() - 1));
}

std::uint32_t RowSearch::rows_together(std::uint32_t rows, unsigned threads) const {
  const std::uint32_t fair = rows / (4 * std::max(1u, threads)) / kernels::kRowsAtOnce;
  return std::clamp<std::uint32_t>(fair * kernels::kRowsAtOnce, 4 * kernels::kRowsAtOnce, block_rows());
}

/// Adds to every position's list the `cols` that may be among its nearest, and delivers the pairs with later
/// ones that others want. Rows of one group are never neighbours. Lists begin with a guess of the limit for
/// `guessed_for` neighbours, from the first block of columns, where that is not 0.
void RowSearch::list_candidates(PositionBlock rows, PositionBlock cols, std::span<const std::uint32_t> group,
                                std::span<List> lists, std::size_t guessed_for, Delivery& delivery) {
  const PairScan& scan = delivery.scan();
  Scratch& scratch = scratch_of(delivery.worker());
  RowComparison comparison(*this, rows, scratch);
  const bool exact = bounds_are_exact();
  const std::uint32_t end = cols.first + cols.count;
  const std::uint32_t sampled = std::min(block_rows(), cols.count);
  std::size_t rank = guessed_for == 0 ? 0 : sure_rank(guessed_for, sampled, cols.count);
  if (rank > sampled / 2) rank = 0;
  const auto is_pair = [&](const RowComparison::NearPair& pair) {
    return pair.position >= cols.first && pair.position != rows.first + pair.row;
  };
  const auto are_apart = [&](const RowComparison::NearPair& pair) {
    return !group.empty() && group[scan.row(rows.first + pair.row)] == group[scan.row(pair.position)];
  };
  std::vector<double> smallest(rank), col_limit;
  scratch.delivered.clear();
  for (std::uint32_t first = cols.first / block_rows() * block_rows(); first < end; first += block_rows()) {
    const std::uint32_t count = std::min(block_rows(), end - first);
    col_limit.assign(count, -1.0);
    for (std::uint32_t c = 0; c < count && delivery.wants_any(); ++c) {
      col_limit[c] = delivery.limit(first + c);
    }
    comparison.begin({first, count}, col_limit);
    for (std::uint32_t r = 0; r < rows.count; r += kernels::kRowsAtOnce) {
      const std::size_t together = std::min<std::size_t>(kernels::kRowsAtOnce, rows.count - r);
      std::array<double, kernels::kRowsAtOnce> own_limit{}, limit{};
      for (std::uint32_t i = 0; i < together && first == cols.first && rank > 0; ++i) {
        if (i == 0) comparison.take_all(r, together);
        const std::uint32_t own = rows.first + r + i;
        const std::span<double> sample = comparison.all(i);
        if (own >= first && own - first < count) sample[own - first] = kInfinity;
        for (std::uint32_t c = 0; c < count && !group.empty(); ++c) {
          if (are_apart({r + i, first + c, 0.0})) sample[c] = kInfinity;
        }
        std::ranges::partial_sort_copy(sample, smallest);
        lists[r + i].guess(smallest.back(), rank * cols.count / count);
      }
      for (std::size_t i = 0; i < together; ++i) {
        own_limit[i] = delivery.limit(rows.first + r + static_cast<std::uint32_t>(i));
        limit[i] = std::max(lists[r + i].limit(), own_limit[i]);
      }
      for (const RowComparison::NearPair& pair : comparison.near(r, {limit.data(), together})) {
        if (!is_pair(pair)) continue;
        const std::uint32_t own = rows.first + pair.row, other = pair.position;
        List& list = lists[pair.row];
        if (pair.lower <= list.limit() && !are_apart(pair)) list.add(*this, own, {pair.lower, other, exact});
        if (other > own &&
            (pair.lower <= own_limit[pair.row - r] || pair.lower <= col_limit[other - first])) {
          scratch.delivered.push_back({own, other, pair.lower});
        }
      }
    }
    if (scratch.delivered.size() >= kDelivered) {
      delivery.deliver(scratch.delivered);
      scratch.delivered.clear();
    }
  }
  delivery.deliver(scratch.delivered);
}

void RowSearch::nearest(PositionBlock rows, PositionBlock cols, RowCollector& to, Delivery& delivery) {
  const PairScan& scan = delivery.scan();
  const std::size_t wanted = to.wanted();
  std::vector<List> lists(rows.count, List(wanted));
  bool fresh = true;
  for (std::uint32_t r = 0; r < rows.count; ++r) {
    for (const NearRow& known : to.nearest(rows.first + r)) {
      fresh = false;
      lists[r].add(*this, rows.first + r, {known.squared, scan.position(known.row), true});
    }
  }
  list_candidates(rows, cols, to.group(), lists, fresh ? wanted : 0, delivery);

  std::vector<NearRow> near;
  std::vector<std::uint32_t> open;
  std::vector<SquaredDistance> squared;
  for (std::uint32_t r = 0; r < rows.count; ++r) {
    const std::uint32_t own = rows.first + r;
    lists[r].cut(*this, own);
    if (!lists[r].complete()) {
      lists[r] = List(wanted);
      Delivery none(scan, {}, delivery.worker());
      list_candidates({own, 1}, cols, to.group(), std::span(&lists[r], 1), 0, none);
      lists[r].cut(*this, own);
    }
    near.clear();
    open.clear();
    for (const Candidate& candidate : lists[r].candidates()) {
      const std::uint32_t row = scan.row(candidate.position);
      if (candidate.exact) {
        near.push_back({candidate.lower, row});
      } else {
        open.push_back(row);
      }
    }
    squared.resize(open.size());
    scan.exact(scan.row(own), open, squared);
    for (std::size_t i = 0; i < open.size(); ++i) near.push_back({squared[i].value, open[i]});
    if (near.size() > wanted) {
      std::ranges::nth_element(near, near.begin() + static_cast<std::ptrdiff_t>(wanted));
      near.resize(wanted);
    }
    to.take(own, near);
  }
}

std::unique_ptr<RowSearch> make_row_search(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                                           const PairScanOptions& options, bool or_float64) {
  auto search = std::make_unique<RowSearch>(matrix, order, options, ProductSums::float32);
  if (search->sums_are_finite()) return search;
  if (!or_float64) return nullptr;
  return std::make_unique<RowSearch>(matrix, order, options, ProductSums::float64);
}

}  // namespace fathom
