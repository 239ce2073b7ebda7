// Pairs compared by |x|^2 + |y|^2 - 2xy in float64: what codes cannot tell apart, and 8-bit rows too long for
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "neighbors/kernels/pair_kernels.h"
#include "neighbors/pair_search.h"

namespace fathom {

class ProductSearch : public PairSearch {
 public:
  ProductSearch(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                const PairScanOptions& options);
  ~ProductSearch() override;

  std::uint32_t block_rows() const override;
  /// Of 8-bit rows they are, being sums of integers below 2^53.
  bool bounds_are_exact() const override { return margin_.empty(); }
  double upper(std::uint32_t position_a, std::uint32_t position_b, double lower) const override;
  void compare(PositionBlock rows, PositionBlock cols, Delivery& delivery) override;

 private:
  struct Scratch;

  const void* row(std::uint32_t position) const;
  void multiply(PositionBlock rows, PositionBlock cols, Scratch& scratch) const;

  const RowMatrix& matrix_;
  std::vector<std::uint32_t> order_;
  const kernels::KernelSet& kernels_;
  const kernels::ProductKernel& kernel_;
  std::size_t cols_;
  Matrix<float> rounded_;                          ///< float64 rows centred and rounded, by position
  std::vector<double> left_norm_, right_norm_;     ///< squared norms, less margins, by position
  std::vector<double> margin_;                     ///< by position; empty when bounds are exact
  std::vector<std::unique_ptr<Scratch>> scratch_;  ///< one a thread
};

}  // namespace fathom
