// Which pairs of some rows and a block of columns are within a limit: what RowSearch asks of the kernels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "neighbors/product_search.h"

namespace fathom {

/// Compares some rows with one block of columns after the other: at once where the kernel can, else by
/// products first.
class ProductSearch::RowComparison {
 public:
  /// A row, by its number among those compared, and a position that may be within a limit of either.
  struct NearPair {
    std::uint32_t row, position;
    double lower;
  };

  RowComparison(const ProductSearch& search, PositionBlock rows, Scratch& scratch);

  /// Goes on with these columns, and limits of theirs.
  void begin(PositionBlock cols, std::span<const double> col_limit);
  /// The pairs of kRowsAtOnce rows or fewer, from number `first` on, that are within a limit; until the next
  /// call.
  std::span<const NearPair> near(std::uint32_t first, std::span<const double> row_limit);
  /// Bounds of all distances of kRowsAtOnce rows or fewer, from number `first` on: all(i), of the i-th of
  /// them.
  void take_all(std::uint32_t first, std::size_t count);
  std::span<double> all(std::size_t i) { return {all_.data() + i * cols_.count, cols_.count}; }

 private:
  /// For a kernel that takes distances in T.
  template <class T>
  struct AtOnce {
    std::vector<T> norm, limit, squared;
    std::vector<std::uint32_t> pair;
    std::vector<std::byte> staged;
  };

  template <class T>
  void begin_at_once(AtOnce<T>& own, std::span<const double> col_limit);
  /// begin(how many), then take(row, column, bound) for each pair within a limit.
  template <class Begin, class Take>
  void compare(std::uint32_t first, std::span<const double> row_limit, Begin begin, Take take);
  template <class T, class Begin, class Take>
  void compare_at_once(AtOnce<T>& own,
                       void (*kernel)(const kernels::ComparedRows<T>&, kernels::Survivors<T>&),
                       std::uint32_t first, std::span<const double> row_limit, Begin begin, Take take);
  template <class Begin, class Take>
  void compare_products(std::uint32_t first, std::span<const double> row_limit, Begin begin, Take take);
  double* distances(std::uint32_t r) const;

  const ProductSearch& search_;
  PositionBlock rows_, cols_{};
  const std::byte* packed_ = nullptr;  ///< the columns, for a kernel that compares at once
  Scratch& scratch_;
  std::optional<AtOnce<std::uint32_t>> integers_;
  std::optional<AtOnce<float>> floats_;
  std::vector<NearPair> near_, found_;
  std::vector<double> all_;
};

}  // namespace fathom
