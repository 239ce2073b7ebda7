// Pairs compared by |x|^2 + |y|^2 - 2xy: what codes cannot tell apart, 8-bit rows too long for them, and the
// rows of a RowSearch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "neighbors/kernels/pair_kernels.h"
#include "neighbors/pair_search.h"

namespace fathom {

/// In which products of rows of floating-point numbers are summed: float32 is twice as fast, its bound wider,
/// and rows must not be longer than margin::kLargestFloatNorm allows. Those of 8-bit rows are exact.
enum class ProductSums { float32, float64 };

class ProductSearch : public PairSearch {
 public:
  ProductSearch(const RowMatrix& matrix, std::span<const std::uint32_t> order, const PairScanOptions& options,
                ProductSums sums = ProductSums::float64);
  ~ProductSearch() override;

  std::uint32_t block_rows() const override;
  /// Of 8-bit rows they are, being sums of integers below 2^53.
  bool bounds_are_exact() const override { return margin_.empty(); }
  double upper(std::uint32_t position_a, std::uint32_t position_b, double lower) const override;
  void compare(PositionBlock rows, PositionBlock cols, Delivery& delivery) override;

 protected:
  class RowComparison;
  struct Scratch;

  Scratch& scratch_of(unsigned worker);
  /// Products of two blocks of at most block_rows() positions: of row r and column c in
  /// products[r * block_rows() + c].
  void multiply(PositionBlock rows, PositionBlock cols, Scratch& scratch) const;
  /// Keeps all rows packed, where that takes at most so many bytes, for blocks that begin at a multiple of
  /// block_rows(); others are packed when they come.
  void pack_all(std::size_t most_bytes, unsigned threads);
  const RowMatrix& matrix_;
  std::vector<std::uint32_t> order_;
  const kernels::KernelSet& kernels_;
  const kernels::ProductKernel& kernel_;
  std::size_t cols_;
  std::vector<double> left_norm_, right_norm_;  ///< squared norms, less margins, by position
  std::vector<double> margin_;                  ///< by position; empty when bounds are exact

 private:
  /// A block of at most block_rows() positions, packed for the kernel from this component on, for piece()
  /// components.
  const std::byte* packed_columns(PositionBlock cols, std::size_t start, Scratch& scratch) const;
  /// As the kernel's stage_left() takes it.
  const void* row(std::uint32_t position) const;
  /// Components multiplied before the sums leave the registers.
  std::size_t piece() const;
  void pack(PositionBlock cols, std::size_t start, std::size_t depth, std::byte* packed) const;
  std::size_t packed_block_bytes() const;  ///< of a piece

  Matrix<float> rounded_;                          ///< rows centred and rounded, by position, where they are
  std::vector<std::byte> packed_;                  ///< all rows, block by block, or nothing
  std::vector<std::unique_ptr<Scratch>> scratch_;  ///< one a thread
};

struct ProductSearch::Scratch {
  std::vector<std::byte> left, right;
  std::uint32_t packed_first = ~std::uint32_t{0}, packed_count = 0;  ///< the block in `right`, where it fits
  std::vector<double> products;
  std::vector<double> col_limit;
  std::vector<std::uint8_t> mask;
  std::vector<PairBound> delivered;
};

}  // namespace fathom
