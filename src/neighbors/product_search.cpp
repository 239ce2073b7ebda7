#include "neighbors/product_search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "fathom/core/parallel.h"
#include "neighbors/kernels/select_kernels.h"
#include "neighbors/margin.h"
#include "neighbors/row_values.h"

namespace fathom {

namespace {

// Positions of a block: a multiple of every panel (4, 8, 12, 24, 48) and of the rows at once. Two blocks and
// their products stay in the second-level cache at the depths below.
constexpr std::uint32_t kBlockRows = 240;
// Components multiplied before the sums leave the registers. Fixed, since it fixes the order of summation.
constexpr std::size_t kByteDepth = 8192;
constexpr std::size_t kFloatDepth = 1024;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

ProductSearch::ProductSearch(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                             const PairScanOptions& options, ProductSums sums)
    : matrix_(matrix),
      order_(order.begin(), order.end()),
      kernels_(select_kernels(options.simd)),
      kernel_(matrix.exact_integers()        ? kernels_.byte_products
              : sums == ProductSums::float32 ? kernels_.floats
                                             : kernels_.doubles),
      cols_(matrix.stored_cols()),
      left_norm_(order.size()),
      scratch_(std::max(1u, options.threads)) {
  const auto each = [&](const std::function<void(std::size_t)>& body) {
    constexpr std::size_t chunk = 64;
    parallel_for((order_.size() + chunk - 1) / chunk, options.threads, [&](std::size_t index, unsigned) {
      for (std::size_t p = index * chunk; p < std::min(order_.size(), (index + 1) * chunk); ++p) body(p);
    });
  };
  if (const auto* bytes = std::get_if<Matrix<std::uint8_t>>(&matrix.stored)) {
    right_norm_.resize(order_.size());
    each([&](std::size_t p) {
      std::uint64_t squared = 0, sum = 0;
      for (const std::uint8_t value : bytes->row(order_[p])) {
        squared += std::uint64_t{value} * value;
        sum += value;
      }
      right_norm_[p] = static_cast<double>(squared);
      left_norm_[p] = static_cast<double>(squared) - kernels_.bytes.sum_factor * static_cast<double>(sum);
    });
    return;
  }

  margin_.resize(order_.size());
  const auto* floats = std::get_if<Matrix<float>>(&matrix.stored);
  const bool in_float32 = sums == ProductSums::float32, rounded = floats == nullptr || in_float32;
  const double factor = margin::norm_form(cols_, rounded) +
                        (in_float32 ? margin::float_sums(piece()) + margin::float_comparison() : 0.0);
  const double tiny = static_cast<double>(cols_) * margin::kFloatTiny;
  const auto bound = [&](std::size_t p, const float* values) {
    const double norm = kernels_.squared_norm_float(values, cols_);
    margin_[p] = factor * norm;
    if (rounded) margin_[p] += tiny * (std::sqrt(norm) + tiny);
    if (in_float32) margin_[p] += tiny + 4.0 * margin::kFloatTiny;  // products and norms that underflow
    left_norm_[p] = norm - margin_[p];
  };
  if (!rounded) {
    each([&](std::size_t p) { bound(p, floats->row(order_[p]).data()); });
    right_norm_ = left_norm_;
    return;
  }

  // Rows are centred first, so that a large common offset does not use up the digits of float32.
  std::vector<double> centre(cols_, 0.0);
  const std::size_t taken = std::min<std::size_t>(order_.size(), 256);  // any centre is right
  for (std::size_t i = 0; i < taken; ++i) {
    with_row(matrix, order_[i * order_.size() / taken], [&](const auto& row) {
      for (std::size_t k = 0; k < cols_; ++k) {
        centre[k] += static_cast<double>(row[k]) / static_cast<double>(taken);
      }
    });
  }
  rounded_ = Matrix<float>(0, cols_);
  rounded_.resize_rows(order_.size());
  each([&](std::size_t p) {
    const auto out = rounded_.row(p);
    with_row(matrix, order_[p], [&](const auto& row) {
      for (std::size_t k = 0; k < cols_; ++k) {
        out[k] = static_cast<float>(static_cast<double>(row[k]) - centre[k]);
      }
    });
    bound(p, out.data());
  });
  right_norm_ = left_norm_;
}

ProductSearch::~ProductSearch() = default;

std::uint32_t ProductSearch::block_rows() const {
  return kBlockRows;
}

double ProductSearch::upper(std::uint32_t a, std::uint32_t b, double lower) const {
  return margin_.empty() ? lower : lower + 2.0 * (margin_[a] + margin_[b]);
}

const void* ProductSearch::row(std::uint32_t position) const {
  if (rounded_.rows() > 0) return rounded_.row(position).data();
  return with_row(matrix_, order_[position], [](const auto& values) -> const void* { return values.data(); });
}

std::size_t ProductSearch::piece() const {
  return std::min(cols_, matrix_.exact_integers() ? kByteDepth : kFloatDepth);
}

std::size_t ProductSearch::packed_block_bytes() const {
  const kernels::Layout& layout = kernel_.layout;
  return round_up(kBlockRows, layout.panel) * round_up(piece(), layout.group) * layout.right_bytes;
}

void ProductSearch::pack(PositionBlock cols, std::size_t start, std::size_t depth, std::byte* packed) const {
  const std::size_t element = matrix_.exact_integers() ? sizeof(std::uint8_t) : sizeof(float);
  std::vector<const void*> rows;
  for (std::uint32_t c = 0; c < cols.count; ++c) {
    rows.push_back(static_cast<const std::byte*>(row(cols.first + c)) + start * element);
  }
  kernel_.layout.pack_right(rows.data(), rows.size(), depth, packed);
}

void ProductSearch::pack_all(std::size_t most_bytes, unsigned threads) {
  const std::size_t blocks = (order_.size() + kBlockRows - 1) / kBlockRows, bytes = packed_block_bytes();
  if (piece() < cols_ || bytes > most_bytes / std::max<std::size_t>(1, blocks)) return;
  packed_.resize(blocks * bytes);
  parallel_for(blocks, threads, [&](std::size_t block, unsigned) {
    const auto first = static_cast<std::uint32_t>(block * kBlockRows);
    const auto left = static_cast<std::uint32_t>(order_.size()) - first;
    pack({first, std::min(kBlockRows, left)}, 0, cols_, packed_.data() + block * bytes);
  });
}

ProductSearch::Scratch& ProductSearch::scratch_of(unsigned worker) {
  auto& own = scratch_[worker];
  if (!own) own = std::make_unique<Scratch>();
  return *own;
}

const std::byte* ProductSearch::packed_columns(PositionBlock cols, std::size_t start,
                                               Scratch& scratch) const {
  if (!packed_.empty() && cols.first % kBlockRows == 0) {
    return packed_.data() + cols.first / kBlockRows * packed_block_bytes();
  }
  scratch.right.resize(packed_block_bytes());
  if (piece() < cols_ || scratch.packed_first != cols.first || scratch.packed_count != cols.count) {
    pack(cols, start, std::min(piece(), cols_ - start), scratch.right.data());
    scratch.packed_first = cols.first;
    scratch.packed_count = cols.count;
  }
  return scratch.right.data();
}

void ProductSearch::multiply(PositionBlock rows, PositionBlock cols, Scratch& scratch) const {
  const kernels::Layout& layout = kernel_.layout;
  const std::size_t element = matrix_.exact_integers() ? sizeof(std::uint8_t) : sizeof(float);
  const std::size_t all_rows = round_up(rows.count, kernels::kRowsAtOnce);
  scratch.left.resize(kernels::kRowsAtOnce * round_up(piece(), layout.group) * layout.left_bytes);
  scratch.products.assign(all_rows * kBlockRows, 0.0);

  for (std::size_t start = 0; start < cols_; start += piece()) {
    const std::size_t depth = std::min(piece(), cols_ - start);
    const std::byte* packed = packed_columns(cols, start, scratch);
    const std::size_t stride = round_up(depth, layout.group) * layout.left_bytes;
    for (std::uint32_t r = 0; r < rows.count; r += kernels::kRowsAtOnce) {
      for (std::uint32_t i = 0; i < kernels::kRowsAtOnce; ++i) {
        const std::uint32_t position = rows.first + std::min(r + i, rows.count - 1);
        layout.stage_left(static_cast<const std::byte*>(row(position)) + start * element, depth,
                          scratch.left.data() + i * stride);
      }
      kernel_.multiply(scratch.left.data(), packed, round_up(cols.count, layout.panel), depth,
                       scratch.products.data() + r * kBlockRows, kBlockRows);
    }
  }
}

void ProductSearch::compare(PositionBlock rows, PositionBlock cols, Delivery& delivery) {
  Scratch& scratch = scratch_of(delivery.worker());
  multiply(rows, cols, scratch);

  const std::size_t groups_of_8 = (cols.count + 7) / 8;
  scratch.mask.resize(groups_of_8);
  scratch.col_limit.assign(8 * groups_of_8, -1.0);
  for (std::uint32_t c = 0; c < cols.count; ++c) scratch.col_limit[c] = delivery.limit(cols.first + c);
  scratch.delivered.clear();
  for (std::uint32_t r = 0; r < rows.count; ++r) {
    double* values = scratch.products.data() + r * kBlockRows;
    const std::uint32_t a = rows.first + r;
    kernels_.finish_row(values, cols.count, left_norm_[a], right_norm_.data() + cols.first);
    kernels_.find_below(values, cols.count, delivery.limit(a), scratch.col_limit.data(), scratch.mask.data());
    for (std::size_t g = 0; g < groups_of_8; ++g) {
      for (unsigned bits = scratch.mask[g]; bits != 0; bits &= bits - 1) {
        const auto c = static_cast<std::uint32_t>(8 * g) + static_cast<std::uint32_t>(std::countr_zero(bits));
        const std::uint32_t b = cols.first + c;
        if (c < cols.count && a < b) scratch.delivered.push_back({a, b, values[c]});
      }
    }
    if (scratch.delivered.size() >= 1024) {
      delivery.deliver(scratch.delivered);
      scratch.delivered.clear();
    }
  }
  delivery.deliver(scratch.delivered);
}

}  // namespace fathom
