#include "neighbors/row_search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "fathom/neighbors/packed_rows.h"
#include "neighbors/kernels/select_kernels.h"
#include "neighbors/margin.h"

namespace fathom {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kTried = 16;      // rows of which open_share() is the mean
constexpr std::size_t kDelivered = 1024;  // pairs, together

/// 64 bits of a mask: bit i of byte j is number 8 j + i.
std::uint64_t word(const std::uint8_t* bytes) {
  std::uint64_t bits = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&bits, bytes, sizeof bits);
  } else {
    for (std::size_t j = 0; j < sizeof bits; ++j) bits |= std::uint64_t{bytes[j]} << (8 * j);
  }
  return bits;
}

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
  const auto never = [](std::uint32_t, std::uint32_t) { return false; };
  Delivery none(scan, {}, 0);
  list_candidates({0, tried}, {0, scan.size()}, never, lists, 0, none);
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
/// ones that others want. Lists begin with a guess of the limit for `guessed_for` neighbours, from the first
/// block of columns, where that is not 0.
template <class Apart>
void RowSearch::list_candidates(PositionBlock rows, PositionBlock cols, const Apart& apart,
                                std::span<List> lists, std::size_t guessed_for, Delivery& delivery) {
  Scratch& scratch = scratch_of(delivery.worker());
  const bool exact = bounds_are_exact();
  const std::uint32_t end = cols.first + cols.count;
  const std::uint32_t sampled = std::min(block_rows(), cols.count);
  std::size_t rank = guessed_for == 0 ? 0 : sure_rank(guessed_for, sampled, cols.count);
  if (rank > sampled / 2) rank = 0;
  std::vector<double> sample, smallest(rank);
  scratch.delivered.clear();
  for (std::uint32_t first = cols.first / block_rows() * block_rows(); first < end; first += block_rows()) {
    const std::uint32_t count = std::min(block_rows(), end - first);
    multiply(rows, {first, count}, scratch);
    const std::size_t groups_of_8 = (count + 7) / 8;
    scratch.mask.assign(
        (groups_of_8 + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t) * sizeof(std::uint64_t), 0);
    scratch.col_limit.assign(8 * groups_of_8, -1.0);
    for (std::uint32_t c = 0; c < count && delivery.wants_any(); ++c) {
      scratch.col_limit[c] = delivery.limit(first + c);
    }
    for (std::uint32_t r = 0; r < rows.count; ++r) {
      const std::uint32_t own = rows.first + r;
      const double own_limit = delivery.limit(own);
      double* values = scratch.products.data() + std::size_t{r} * block_rows();
      kernels_.finish_row(values, count, left_norm_[own], right_norm_.data() + first);
      if (first == cols.first && rank > 0) {
        sample.clear();
        for (std::uint32_t c = 0; c < count; ++c) {
          if (first + c != own && !apart(own, first + c)) sample.push_back(values[c]);
        }
        if (sample.size() >= rank) {
          std::ranges::partial_sort_copy(sample, smallest);
          lists[r].guess(smallest.back(), rank * cols.count / count);
        }
      }
      kernels_.find_below(values, count, std::max(lists[r].limit(), own_limit), scratch.col_limit.data(),
                          scratch.mask.data());
      for (std::size_t g = 0; g < scratch.mask.size(); g += sizeof(std::uint64_t)) {
        for (std::uint64_t bits = word(scratch.mask.data() + g); bits != 0; bits &= bits - 1) {
          const auto c =
              static_cast<std::uint32_t>(8 * g) + static_cast<std::uint32_t>(std::countr_zero(bits));
          const std::uint32_t other = first + c;
          if (c >= count || other < cols.first || other == own) continue;
          if (values[c] <= lists[r].limit() && !apart(own, other)) {
            lists[r].add(*this, own, {values[c], other, exact});
          }
          if (other > own && (values[c] <= own_limit || values[c] <= scratch.col_limit[c])) {
            scratch.delivered.push_back({own, other, values[c]});
          }
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
  const auto apart = [&](std::uint32_t a, std::uint32_t b) { return to.apart(scan.row(a), scan.row(b)); };
  list_candidates(rows, cols, apart, lists, fresh ? wanted : 0, delivery);

  std::vector<NearRow> near;
  std::vector<std::uint32_t> open;
  std::vector<SquaredDistance> squared;
  for (std::uint32_t r = 0; r < rows.count; ++r) {
    const std::uint32_t own = rows.first + r;
    lists[r].cut(*this, own);
    if (!lists[r].complete()) {
      lists[r] = List(wanted);
      Delivery none(scan, {}, delivery.worker());
      list_candidates({own, 1}, cols, apart, std::span(&lists[r], 1), 0, none);
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
