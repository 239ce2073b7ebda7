#include "fathom/neighbors/pair_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "fathom/core/parallel.h"
#include "neighbors/kernels/select_kernels.h"

namespace fathom {

namespace {

// Rows of a block: a multiple of every panel (8, 24, 48) and register block (2, 4, 8). Two packed blocks and
// their products stay in the second-level cache at the depths below.
constexpr std::uint32_t kBlockRows = 240;
// Components multiplied before the sums leave the registers. Fixed, since it fixes the order of summation;
// 8192 products of 8-bit numbers fit 32 bits.
constexpr std::size_t kByteDepth = 8192;
constexpr std::size_t kFloatDepth = 1024;

constexpr double kLargestMagnitude = 1e30;
constexpr double kFloatUnit = 0x1p-24;   // unit roundoff of float32
constexpr double kDoubleUnit = 0x1p-53;  // unit roundoff of float64

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// The derivation of these factors is in docs/neighbors.md.
double margin_factor(std::size_t cols, bool rounded) {
  const double summation = 4.0 * (static_cast<double>(cols) + 16.0) * kDoubleUnit;
  return 1.1 * (summation + (rounded ? 4.1 * kFloatUnit : 0.0));
}

[[noreturn]] void refuse_magnitude(std::size_t row, double value) {
  const bool finite = std::isfinite(value);
  throw InputError("row " + std::to_string(row),
                   finite ? "holds a value beyond 1e30 in magnitude" : "holds a value that is not finite",
                   finite ? "rescale the data" : "remove or replace NaN and infinite values");
}

}  // namespace

/// Scratch of one thread: two packed blocks and the matrix of their products.
class PairScan::Tile {
 public:
  Tile(const kernels::KernelSet& set, bool bytes, std::size_t cols)
      : set_(set),
        kernel_(bytes ? set.bytes : set.floats),
        bytes_(bytes),
        depth_(std::min(cols, bytes ? kByteDepth : kFloatDepth)),
        cols_(cols),
        left_(kBlockRows * round_up(depth_, kernel_.group) * kernel_.left_bytes),
        right_(kBlockRows * round_up(depth_, kernel_.group) * kernel_.right_bytes),
        products_(static_cast<std::size_t>(kBlockRows) * kBlockRows) {
    FATHOM_CHECK(kBlockRows % kernel_.panel == 0 && kBlockRows % kernel_.block == 0);
  }

  static constexpr std::size_t stride = kBlockRows;
  double* products() { return products_.data(); }
  const kernels::KernelSet& kernels() const { return set_; }

  /// Rows are pointers to their first component. `right_name` identifies the right block, which stays packed
  /// from one call to the next where it fits.
  template <class T>
  void multiply(std::span<const T* const> left, std::span<const T* const> right, std::uint32_t right_name) {
    std::fill(products_.begin(), products_.end(), 0.0);
    const std::size_t left_count = round_up(left.size(), kernel_.block);
    const std::size_t right_count = round_up(right.size(), kernel_.panel);
    std::vector<const void*> rows(std::max(left.size(), right.size()));
    for (std::size_t start = 0; start < cols_; start += depth_) {
      const std::size_t depth = std::min(depth_, cols_ - start);
      if (depth_ < cols_ || packed_ != right_name) {
        for (std::size_t i = 0; i < right.size(); ++i) rows[i] = right[i] + start;
        kernel_.pack_right(rows.data(), right.size(), right_count, depth, right_.data());
        packed_ = right_name;
      }
      for (std::size_t i = 0; i < left.size(); ++i) rows[i] = left[i] + start;
      kernel_.pack_left(rows.data(), left.size(), left_count, depth, left_.data());
      kernel_.multiply(left_.data(), left_count, right_.data(), right_count, depth, products_.data(), stride);
    }
  }

 private:
  const kernels::KernelSet& set_;
  const kernels::TileKernel& kernel_;
  bool bytes_;
  std::size_t depth_, cols_;
  std::vector<std::byte> left_, right_;
  std::vector<double> products_;
  std::uint32_t packed_ = std::numeric_limits<std::uint32_t>::max();
};

PairScan::PairScan(const RowMatrix& matrix, std::vector<std::uint32_t> order, const PairScanOptions& options)
    : matrix_(matrix), order_(std::move(order)), options_(options) {
  FATHOM_CHECK(matrix.rows() < std::size_t{1} << 31);
  for (const std::uint32_t row : order_) FATHOM_CHECK(row < matrix.rows());
  if (!order_.empty()) build_bounds();
}

PairScan::~PairScan() = default;

void PairScan::build_bounds() {
  const kernels::KernelSet& set = select_kernels(options_.simd);
  norm_.assign(matrix_.rows(), 0.0);
  const auto each_row = [&](const std::function<void(std::uint32_t)>& body) {
    constexpr std::size_t chunk = 64;
    parallel_for((order_.size() + chunk - 1) / chunk, options_.threads, [&](std::size_t index, unsigned) {
      const std::size_t end = std::min(order_.size(), (index + 1) * chunk);
      for (std::size_t p = index * chunk; p < end; ++p) body(order_[p]);
    });
  };

  if (matrix_.exact_integers()) {
    const auto& bytes = std::get<Matrix<std::uint8_t>>(matrix_.stored);
    each_row([&](std::uint32_t row) {
      std::uint64_t sum = 0;
      for (const std::uint8_t value : bytes.row(row)) sum += std::uint64_t{value} * value;
      norm_[row] = static_cast<double>(sum);
    });
    return;
  }

  margin_.assign(matrix_.rows(), 0.0);
  const bool as_stored = std::holds_alternative<Matrix<float>>(matrix_.stored);
  const std::size_t cols = matrix_.stored_cols();
  const double factor = margin_factor(cols, !as_stored);
  const double tiny =
      static_cast<double>(cols) * 0x1p-149;  // components that fall below the range of float32

  if (as_stored) {
    const auto& floats = std::get<Matrix<float>>(matrix_.stored);
    each_row([&](std::uint32_t row) {
      for (const float value : floats.row(row)) {
        if (!(std::abs(value) <= kLargestMagnitude)) refuse_magnitude(row, value);
      }
      const double norm = set.squared_norm_float(floats.row(row).data(), cols);
      margin_[row] = factor * norm;
      norm_[row] = norm - margin_[row];
    });
    return;
  }

  // Rows are centred first, so that a large common offset does not use up the digits of float32.
  const auto load = [&](std::uint32_t row, std::span<double> values) {
    std::ranges::copy(std::get<Matrix<double>>(matrix_.stored).row(row), values.begin());
  };
  std::vector<double> centre(cols, 0.0), values(cols);
  const std::size_t step =
      std::max<std::size_t>(1, order_.size() / 256);  // any centre is right; a rough one will do
  std::size_t taken = 0;
  for (std::size_t p = 0; p < order_.size(); p += step, ++taken) {
    load(order_[p], values);
    for (std::size_t k = 0; k < cols; ++k) {
      if (!(std::abs(values[k]) <= kLargestMagnitude)) refuse_magnitude(order_[p], values[k]);
      centre[k] += values[k];
    }
  }
  for (double& value : centre) value /= static_cast<double>(taken);

  rounded_ = Matrix<float>(0, cols);
  rounded_.resize_rows(matrix_.rows());
  each_row([&](std::uint32_t row) {
    std::vector<double> own(cols);
    load(row, own);
    const auto out = rounded_.row(row);
    for (std::size_t k = 0; k < cols; ++k) {
      if (!(std::abs(own[k]) <= kLargestMagnitude)) refuse_magnitude(row, own[k]);
      out[k] = static_cast<float>(own[k] - centre[k]);
    }
    const double norm = set.squared_norm_float(out.data(), cols);
    margin_[row] = factor * norm + tiny * (std::sqrt(norm) + tiny);
    norm_[row] = norm - margin_[row];
  });
}

SquaredDistance PairScan::exact(std::uint32_t a, std::uint32_t b) const {
  const kernels::KernelSet& set = select_kernels(options_.simd);
  if (const auto* bytes = std::get_if<Matrix<std::uint8_t>>(&matrix_.stored)) {
    std::uint64_t sum = 0;
    const auto row_a = bytes->row(a), row_b = bytes->row(b);
    for (std::size_t k = 0; k < row_a.size(); ++k) {
      const int difference = int{row_a[k]} - int{row_b[k]};
      sum += static_cast<std::uint64_t>(difference * difference);
    }
    return {static_cast<double>(sum)};
  }
  if (const auto* floats = std::get_if<Matrix<float>>(&matrix_.stored)) {
    return {set.squared_distance_float(floats->row(a).data(), floats->row(b).data(), floats->cols())};
  }
  const auto& doubles = std::get<Matrix<double>>(matrix_.stored);
  return {set.squared_distance_double(doubles.row(a).data(), doubles.row(b).data(), doubles.cols())};
}

void PairScan::collect_block(std::uint32_t first_row, std::uint32_t rows, std::uint32_t first_col,
                             std::uint32_t cols, Tile& tile, std::span<Collector* const> collectors,
                             unsigned worker) const {
  const auto multiply = [&]<class T>(const Matrix<T>& matrix) {
    std::vector<const T*> left(rows), right(cols);
    for (std::uint32_t i = 0; i < rows; ++i) left[i] = matrix.row(order_[first_row + i]).data();
    for (std::uint32_t i = 0; i < cols; ++i) right[i] = matrix.row(order_[first_col + i]).data();
    tile.multiply<T>(left, right, first_col);
  };
  if (matrix_.exact_integers()) {
    multiply(std::get<Matrix<std::uint8_t>>(matrix_.stored));
  } else if (rounded_.rows() > 0) {
    multiply(rounded_);
  } else {
    multiply(std::get<Matrix<float>>(matrix_.stored));
  }

  std::vector<double> col_norm(cols);
  for (std::uint32_t c = 0; c < cols; ++c) col_norm[c] = norm_[order_[first_col + c]];
  for (std::uint32_t r = 0; r < rows; ++r) {
    tile.kernels().finish_row(tile.products() + r * Tile::stride, cols, norm_[order_[first_row + r]],
                              col_norm.data());
  }
  const PairBlock block{
      first_row, rows, first_col, cols, tile.products(), Tile::stride, first_row == first_col};
  for (Collector* collector : collectors) collector->collect(*this, block, worker);
}

void PairScan::run(std::span<Collector* const> collectors, std::span<const std::uint32_t> prefixes,
                   Progress& progress) {
  FATHOM_CHECK(!prefixes.empty() && prefixes.back() == size());
  const kernels::KernelSet& set = select_kernels(options_.simd);
  const bool bytes = matrix_.exact_integers();
  const std::size_t cols = rounded_.rows() > 0 ? rounded_.cols() : matrix_.stored_cols();

  struct Block {
    std::uint32_t first, count;
  };
  std::vector<Block> blocks;
  std::vector<std::unique_ptr<Tile>> tiles(std::max(1u, options_.threads));
  const std::uint64_t pairs = std::uint64_t{size()} * (size() - 1) / 2;
  progress.begin("comparing pairs", pairs);
  std::uint32_t done = 0;
  for (const std::uint32_t prefix : prefixes) {
    FATHOM_CHECK(prefix >= done);
    const std::size_t old_blocks = blocks.size();
    for (std::uint32_t first = done; first < prefix; first += kBlockRows) {
      blocks.push_back({first, std::min(kBlockRows, prefix - first)});
    }
    // Tasks run column by column, so that a thread packs its right block once; long columns first.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> tasks;
    for (std::size_t col = blocks.size(); col-- > old_blocks;) {
      for (std::size_t row = 0; row <= col; ++row) {
        tasks.emplace_back(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(col));
      }
    }
    parallel_for(tasks.size(), options_.threads, [&](std::size_t index, unsigned worker) {
      progress.check();
      if (!tiles[worker]) tiles[worker] = std::make_unique<Tile>(set, bytes, cols);
      const Block row = blocks[tasks[index].first], col = blocks[tasks[index].second];
      collect_block(row.first, row.count, col.first, col.count, *tiles[worker], collectors, worker);
      const std::uint64_t all = std::uint64_t{row.count} * col.count;
      progress.advance(row.first == col.first ? (all - row.count) / 2 : all);
    });
    done = prefix;
    for (Collector* collector : collectors) collector->prefix_complete(*this, prefix);
  }
  progress.end();
}

std::vector<std::uint32_t> halving_prefixes(std::uint32_t count, unsigned levels, std::uint32_t smallest) {
  std::vector<std::uint32_t> prefixes{count};
  for (unsigned level = 1; level <= levels; ++level) {
    const std::uint32_t part = count >> level;
    if (part < smallest || part == 0) break;
    prefixes.push_back(part);
  }
  std::ranges::reverse(prefixes);
  return prefixes;
}

}  // namespace fathom
