#include "neighbors/code_search.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "neighbors/kernels/select_kernels.h"

namespace fathom {

namespace {

/// Components that are compared in one go: a panel of right rows stays in the second-level cache. A multiple
/// of every group.
constexpr std::size_t kPiece = 8192;
constexpr std::size_t kCacheBytes = 768 * 1024;  // of a packed block: most of a second-level cache
constexpr std::uint32_t kFewestRows = 96, kMostRows = 960;
/// Survivors that are looked at before the next are compared.
constexpr std::size_t kBatch = 64 * 1024;
/// Pairs delivered before limits are asked for again.
constexpr std::size_t kDelivered = 1024;
/// What the codes of a filter leave open is compared over all components so many pairs at a time, and of rows
/// longer than this piece by piece: of so many right rows a piece stays in the second-level cache, where
/// whole rows would come from memory for every pair.
constexpr std::size_t kTogether = 64 * 1024, kLongRow = 8192;
constexpr std::size_t kWholePiece = 2048, kRightRows = 256;
/// Components whose products, of unsigned bytes or of one signed, add up to less than 2^31.
constexpr std::size_t kLargestPiece = 32 * 1024;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

std::uint32_t choose_block_rows(std::size_t positions, std::size_t bytes_of_row, unsigned threads) {
  const std::size_t fitting = kCacheBytes / std::max<std::size_t>(1, bytes_of_row);
  // Enough blocks that all threads have work until the end.
  const std::size_t fair = positions / (4 * static_cast<std::size_t>(threads) + 1);
  const auto rows = std::clamp<std::size_t>(std::min(fitting, fair), kFewestRows, kMostRows);
  return static_cast<std::uint32_t>(rows / kFewestRows * kFewestRows);
}

}  // namespace

/// What one thread works in.
struct CodeSearch::Scratch {
  std::vector<std::byte> left, right;
  std::uint32_t packed_first = ~std::uint32_t{0}, packed_count = 0;  ///< the block in `right`
  std::vector<std::uint32_t> right_norm, left_limit, right_limit, carried, pair, squared;
  kernels::Survivors<std::uint32_t> survivors{};
  std::vector<double> row_limit, col_limit;
  std::vector<PositionPair> open;
  std::vector<double> lower;  ///< of `open`
  std::vector<PairBound> delivered;
  std::vector<CodeNeighbors::Pair> guessed;
};

CodeSearch::CodeSearch(Codes whole, const PairScanOptions& options)
    : codes_(std::move(whole)),
      kernels_(select_kernels(options.simd)),
      block_rows_(choose_block_rows(codes_.size(), codes_.cols() * kernels_.bytes.layout.right_bytes,
                                    options.threads)),
      scratch_(std::max(1u, options.threads)) {
  FATHOM_CHECK(codes_.two_sided() && codes_.distances_are_small());
}

CodeSearch::CodeSearch(ProjectedCodes few, std::optional<Codes> whole, const PairScanOptions& options)
    : codes_(std::move(few.coarse)),
      fine_(std::move(few.fine)),
      whole_(std::move(whole)),
      kernels_(select_kernels(options.simd)),
      block_rows_(choose_block_rows(codes_.size(), codes_.cols() * kernels_.bytes.layout.right_bytes,
                                    options.threads)),
      scratch_(std::max(1u, options.threads)) {}

CodeSearch::~CodeSearch() = default;

bool CodeSearch::bounds_are_exact() const {
  return fine_ ? !whole_ || whole_->exact() : codes_.exact();
}

double CodeSearch::upper(std::uint32_t a, std::uint32_t b, double lower) const {
  if (bounds_are_exact()) return lower;
  return (fine_ ? *whole_ : codes_).upper(lower, a, b);
}

double CodeSearch::close_upper(const PairScan& scan, std::uint32_t a, std::uint32_t b) const {
  if (!fine_) return PairSearch::close_upper(scan, a, b);
  const PositionPair pair{a, b};
  double lower = 0.0;
  compare_whole(scan, {&pair, 1}, {&lower, 1});
  return upper(a, b, lower);
}

CodeSearch::Scratch& CodeSearch::scratch_of(unsigned worker) {
  if (!scratch_[worker]) scratch_[worker] = std::make_unique<Scratch>();
  return *scratch_[worker];
}

void CodeSearch::prepare(PositionBlock cols, Scratch& scratch) const {
  if (scratch.packed_first == cols.first && scratch.packed_count == cols.count) return;
  const kernels::Layout& layout = kernels_.bytes.layout;
  const std::size_t padded_cols = round_up(cols.count, layout.panel);
  scratch.right.resize(padded_cols * round_up(codes_.cols(), layout.group) * layout.right_bytes);
  std::vector<const void*> right(cols.count);
  for (std::size_t start = 0; start < codes_.cols(); start += kPiece) {
    for (std::uint32_t c = 0; c < cols.count; ++c) right[c] = codes_.row(cols.first + c) + start;
    layout.pack_right(right.data(), cols.count, std::min(kPiece, codes_.cols() - start),
                      scratch.right.data() + padded_cols * start * layout.right_bytes);
  }
  scratch.right_norm.assign(padded_cols, 0);
  for (std::uint32_t c = 0; c < cols.count; ++c) {
    scratch.right_norm[c] = static_cast<std::uint32_t>(codes_.squared_norm(cols.first + c));
  }
  const std::size_t room = kBatch + kernels::kRowsAtOnce * padded_cols + kernels::kOverrun;
  scratch.pair.resize(std::max(scratch.pair.size(), room));
  scratch.squared.resize(scratch.pair.size());
  scratch.packed_first = cols.first;
  scratch.packed_count = cols.count;
}

/// Calls use() after every batch of scratch.survivors. limit(position): codes farther apart are not wanted.
template <class Limit, class Use>
void CodeSearch::compare_codes(PositionBlock rows, PositionBlock cols, Scratch& scratch, Limit limit,
                               Use use) const {
  prepare(cols, scratch);
  const kernels::Layout& layout = kernels_.bytes.layout;
  const std::size_t padded_cols = scratch.right_norm.size();
  scratch.left_limit.assign(round_up(rows.count, kernels::kRowsAtOnce), 0);
  scratch.right_limit.assign(padded_cols, 0);
  for (std::uint32_t r = 0; r < rows.count; ++r) scratch.left_limit[r] = limit(rows.first + r);
  for (std::uint32_t c = 0; c < cols.count; ++c) scratch.right_limit[c] = limit(cols.first + c);
  scratch.survivors = {scratch.pair.data(), scratch.squared.data(), 0};
  const bool one_piece = codes_.cols() <= kPiece;
  if (!one_piece) scratch.carried.resize(scratch.left_limit.size() * padded_cols);

  std::array<std::uint32_t, kernels::kRowsAtOnce> left_norm{};
  std::array<const void*, kernels::kRowsAtOnce> left{};
  for (std::size_t start = 0; start < codes_.cols(); start += kPiece) {
    const std::size_t depth = std::min(kPiece, codes_.cols() - start);
    const std::size_t stride = round_up(depth, layout.group) * layout.left_bytes;
    const bool last = start + depth == codes_.cols();
    const bool as_they_are = layout.staging_copies && depth % layout.group == 0;
    if (!as_they_are) scratch.left.resize(std::max(scratch.left.size(), kernels::kRowsAtOnce * stride));
    for (std::uint32_t r = 0; r < rows.count; r += kernels::kRowsAtOnce) {
      const auto count = std::min<std::size_t>(kernels::kRowsAtOnce, rows.count - r);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t position = rows.first + r + i;
        left[i] = codes_.row(position) + start;
        if (!as_they_are) {
          layout.stage_left(left[i], depth, scratch.left.data() + i * stride);
          left[i] = scratch.left.data() + i * stride;
        }
        left_norm[i] = static_cast<std::uint32_t>(codes_.squared_norm(position) -
                                                  kernels_.bytes.sum_factor * codes_.sum(position));
      }
      std::fill(left.begin() + static_cast<std::ptrdiff_t>(count), left.end(), left.front());
      kernels_.bytes.compare(
          {left.data(), count, r, left_norm.data(), scratch.left_limit.data() + r,
           scratch.right.data() + padded_cols * start * layout.right_bytes, cols.count,
           scratch.right_norm.data(), scratch.right_limit.data(), depth,
           one_piece ? nullptr : scratch.carried.data() + r * padded_cols, start == 0, last},
          scratch.survivors);
      if (!last || (scratch.survivors.count < kBatch && r + kernels::kRowsAtOnce < rows.count)) continue;
      use();
      scratch.survivors.count = 0;
    }
  }
}

void CodeSearch::compare(PositionBlock rows, PositionBlock cols, Delivery& delivery) {
  Scratch& scratch = scratch_of(delivery.worker());
  const auto take_limits = [&](PositionBlock block, std::vector<double>& limits) {
    limits.resize(block.count);
    for (std::uint32_t i = 0; i < block.count; ++i) limits[i] = delivery.limit(block.first + i);
  };
  take_limits(rows, scratch.row_limit);
  take_limits(cols, scratch.col_limit);

  auto& delivered = scratch.delivered;
  delivered.clear();
  const auto deliver = [&] {
    delivery.deliver(delivered);
    for (const PairBound& pair : delivered) {
      scratch.row_limit[pair.first - rows.first] = delivery.limit(pair.first);
      scratch.col_limit[pair.second - cols.first] = delivery.limit(pair.second);
    }
    delivered.clear();
  };
  const auto limit_of = [&](std::uint32_t a, std::uint32_t b) {
    return std::max(scratch.row_limit[a - rows.first], scratch.col_limit[b - cols.first]);
  };
  const auto add = [&](std::uint32_t a, std::uint32_t b, double lower) {
    if (!(lower <= limit_of(a, b))) return;
    delivered.push_back({a, b, lower});
    if (delivered.size() == kDelivered) deliver();
  };
  auto& open = scratch.open;
  open.clear();
  const auto close = [&] {
    if (delivery.scan().components() > kLongRow) {
      std::ranges::sort(open, {}, [&](const PositionPair& pair) {
        return std::tuple((pair.second - cols.first) / kRightRows, pair.first, pair.second);
      });
    }
    scratch.lower.resize(open.size());
    compare_whole(delivery.scan(), open, scratch.lower);
    for (std::size_t i = 0; i < open.size(); ++i) add(open[i].first, open[i].second, scratch.lower[i]);
    open.clear();
  };
  const bool diagonal = rows.first == cols.first;
  const auto use = [&] {
    for (std::size_t i = 0; i < scratch.survivors.count; ++i) {
      const std::uint32_t r = scratch.pair[i] >> 16, c = scratch.pair[i] & 0xffff;
      if (diagonal && r >= c) continue;
      const std::uint32_t a = rows.first + r, b = cols.first + c;
      const double lower = codes_.lower(scratch.squared[i], a, b);
      if (!fine_) {
        add(a, b, lower);
      } else if (lower <= limit_of(a, b)) {
        const std::uint32_t squared =
            kernels_.squared_distance_words(fine_->row(a), fine_->row(b), fine_->cols());
        if (!(fine_->lower(squared, a, b) <= limit_of(a, b))) continue;
        open.push_back({a, b});
        if (open.size() == kTogether) close();
      }
    }
  };
  const auto code_limit = [&](std::uint32_t position) {
    const double limit = position - cols.first < cols.count ? scratch.col_limit[position - cols.first]
                                                            : scratch.row_limit[position - rows.first];
    return limit < 0.0 ? 0 : codes_.limit(limit, position);
  };
  compare_codes(rows, cols, scratch, code_limit, use);
  close();
  deliver();
}

void CodeSearch::begin_guesses(PositionBlock positions, std::size_t neighbors) {
  guesses_ = std::make_unique<CodeNeighbors>(positions.first, positions.count, neighbors);
}

void CodeSearch::guess(PositionBlock rows, PositionBlock cols, unsigned worker) {
  Scratch& scratch = scratch_of(worker);
  const bool diagonal = rows.first == cols.first;
  const auto use = [&] {
    auto& guessed = scratch.guessed;
    guessed.clear();
    for (std::size_t i = 0; i < scratch.survivors.count; ++i) {
      const std::uint32_t r = scratch.pair[i] >> 16, c = scratch.pair[i] & 0xffff;
      if (!diagonal || r < c) guessed.push_back({rows.first + r, cols.first + c, scratch.squared[i]});
    }
    guesses_->add(guessed);
  };
  compare_codes(
      rows, cols, scratch, [&](std::uint32_t position) { return guesses_->limit(position); }, use);
}

/// Lower bounds of pairs over all components.
void CodeSearch::compare_whole(const PairScan& scan, std::span<const PositionPair> pairs,
                               std::span<double> lower) const {
  if (!whole_) {
    std::vector<RowPair> rows;
    for (const PositionPair& pair : pairs) rows.push_back({scan.row(pair.first), scan.row(pair.second)});
    std::vector<SquaredDistance> squared(pairs.size());
    scan.exact(rows, squared, 1);
    for (std::size_t i = 0; i < pairs.size(); ++i) lower[i] = squared[i].value;
    return;
  }
  std::vector<std::int64_t> product(pairs.size(), 0);
  const std::size_t piece = pairs.size() > 1 && whole_->cols() > kLongRow ? kWholePiece : kLargestPiece;
  for (std::size_t start = 0; start < whole_->cols(); start += piece) {
    const std::size_t count = std::min(piece, whole_->cols() - start);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      product[i] += static_cast<std::int32_t>(kernels_.byte_product(
          whole_->row(pairs[i].first) + start, whole_->row(pairs[i].second) + start, count));
    }
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto [a, b] = pairs[i];
    const std::uint64_t squared = whole_->squared_norm(a) - kernels_.bytes.sum_factor * whole_->sum(a) +
                                  whole_->squared_norm(b) - 2 * static_cast<std::uint64_t>(product[i]);
    lower[i] = whole_->lower(squared, a, b);
  }
}

}  // namespace fathom
