// Pairs compared by 8-bit codes in the byte kernels; what the bound leaves open is looked at more closely.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "neighbors/code_neighbors.h"
#include "neighbors/codes.h"
#include "neighbors/kernels/pair_kernels.h"
#include "neighbors/pair_search.h"

namespace fathom {

class CodeSearch : public PairSearch {
 public:
  /// Tiles: codes of whole rows.
  CodeSearch(Codes whole, const PairScanOptions& options);
  /// A filter: survivors of the projected codes are compared by codes of whole rows, or else directly.
  CodeSearch(ProjectedCodes few, std::optional<Codes> whole, const PairScanOptions& options);
  ~CodeSearch() override;

  std::uint32_t block_rows() const override { return block_rows_; }
  bool bounds_are_exact() const override;
  double upper(std::uint32_t position_a, std::uint32_t position_b, double lower) const override;
  double close_upper(const PairScan& scan, std::uint32_t position_a, std::uint32_t position_b) const override;
  void compare(PositionBlock rows, PositionBlock cols, Delivery& delivery) override;

  bool guesses() const override { return fine_.has_value(); }
  void begin_guesses(PositionBlock positions, std::size_t neighbors) override;
  void guess(PositionBlock rows, PositionBlock cols, unsigned worker) override;
  std::vector<std::uint32_t> guessed(std::uint32_t position) override { return guesses_->near(position); }
  void end_guesses() override { guesses_.reset(); }

 private:
  struct Scratch;

  Scratch& scratch_of(unsigned worker);
  void prepare(PositionBlock cols, Scratch& scratch) const;
  template <class Limit, class Use>
  void compare_codes(PositionBlock rows, PositionBlock cols, Scratch& scratch, Limit limit, Use use) const;
  struct PositionPair {
    std::uint32_t first, second;
  };
  void compare_whole(const PairScan& scan, std::span<const PositionPair> pairs,
                     std::span<double> lower) const;

  Codes codes_;                    ///< what tiles compare
  std::optional<FineCodes> fine_;  ///< of a filter
  std::optional<Codes> whole_;     ///< of a filter, where there are any
  std::unique_ptr<CodeNeighbors> guesses_;
  const kernels::KernelSet& kernels_;
  std::uint32_t block_rows_;
  std::vector<std::unique_ptr<Scratch>> scratch_;  ///< one a thread
};

}  // namespace fathom
