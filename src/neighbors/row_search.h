// Every row with all others, its nearest picked from what products leave open: for few rows, or few
// components, where listing the pairs of half the matrix as candidates of both their rows takes longer than
// comparing the other half too.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "neighbors/product_search.h"

namespace fathom {

class RowSearch : public ProductSearch {
 public:
  RowSearch(const RowMatrix& matrix, std::span<const std::uint32_t> order, const PairScanOptions& options,
            ProductSums sums);

  /// Whether products of these rows can be summed in float32.
  bool sums_are_finite() const;
  /// The share of all rows that the bound leaves open as neighbours of a few.
  double open_share(const PairScan& scan, std::size_t neighbors);

  /// Positions to be given to nearest() at once, so that all threads have work.
  std::uint32_t rows_together(std::uint32_t rows, unsigned threads) const;
  /// Gives the collector the nearest of these positions among those it has for them and `cols`; and
  /// `delivery` the pairs of theirs with later positions of `cols`, where it wants any.
  void nearest(PositionBlock rows, PositionBlock cols, RowCollector& to, Delivery& delivery);

 private:
  struct Candidate;
  class List;

  double upper_of(std::uint32_t position, const Candidate& candidate) const;
  void list_candidates(PositionBlock rows, PositionBlock cols, std::span<const std::uint32_t> group,
                       std::span<List> lists, std::size_t guessed_for, Delivery& delivery);
};

/// Null where float32 cannot hold the sums and `or_float64` is not asked for.
std::unique_ptr<RowSearch> make_row_search(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                                           const PairScanOptions& options, bool or_float64);

}  // namespace fathom
