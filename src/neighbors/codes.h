// Rows as 8-bit codes, which the byte kernels compare: see bound.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/neighbors/pair_scan.h"
#include "neighbors/bound.h"
#include "neighbors/principal_components.h"

namespace fathom {

/// Codes of the rows of a scan, by position. Errors and norms are by position too.
class Codes {
 public:
  /// Of 8-bit rows: components beyond this could carry squared distances out of 32 bits.
  static constexpr std::size_t most_components = 66'051;
  /// Whether all squared distances of codes are below 2^32.
  bool distances_are_small() const { return !exact() || cols_ <= most_components; }

  std::size_t size() const { return rows_.size(); }
  std::size_t cols() const { return cols_; }
  const std::uint8_t* row(std::size_t position) const { return rows_[position]; }
  /// |q|^2, and the sum of q.
  std::uint64_t squared_norm(std::size_t position) const { return squared_norm_[position]; }
  std::uint64_t sum(std::size_t position) const { return sum_[position]; }

  /// Codes are the rows, and their distances those of the rows.
  bool exact() const { return lower_error_.empty(); }
  /// Distances of codes bound those of rows from above as well.
  bool two_sided() const { return exact() || !upper_error_.empty(); }

  double lower(std::uint64_t squared_code, std::size_t a, std::size_t b) const {
    if (exact()) return static_cast<double>(squared_code);
    return bound::lower(squared_code, scale_, lower_error_[a] + lower_error_[b], direct_);
  }
  /// two_sided() codes only.
  double upper(double lower, std::size_t a, std::size_t b) const {
    if (exact()) return lower;
    return bound::upper(lower, lower_error_[a] + lower_error_[b] + upper_error_[a] + upper_error_[b],
                        direct_);
  }
  /// Codes of this row and another that are farther apart than this have lower() above `squared`.
  std::uint32_t limit(double squared, std::size_t position) const;

 private:
  friend Codes stored_codes(const RowMatrix&, std::span<const std::uint32_t>, const PairScanOptions&);
  friend Codes quantised_codes(const RowMatrix&, std::span<const std::uint32_t>, const PairScanOptions&);
  friend struct ProjectedCodes projected_codes(const RowMatrix&, std::span<const std::uint32_t>,
                                               const Projection&, const PairScanOptions&);

  void own_rows(std::size_t count);
  void finish(const PairScanOptions& options);

  std::size_t cols_ = 0;
  double scale_ = 1.0, direct_ = 0.0, largest_error_ = 0.0;
  Matrix<std::uint8_t> own_;
  std::vector<const std::uint8_t*> rows_;
  std::vector<std::uint64_t> squared_norm_, sum_;
  std::vector<double> lower_error_, upper_error_;
};

/// 8-bit rows as they are: phi is the identity and there is no error.
Codes stored_codes(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                   const PairScanOptions& options);

/// Rows of floating-point numbers, rounded to 256 steps over the range that most of their values have, or to
/// so many fewer as keep squared code distances of longer rows within 32 bits. phi clamps values to that
/// range. Two-sided. Throws as check_magnitudes() does.
Codes quantised_codes(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                      const PairScanOptions& options);

/// Codes of some 12 bits of the same numbers as 8-bit codes, for pairs that those leave open. One-sided.
class FineCodes {
 public:
  const std::int16_t* row(std::size_t position) const { return rows_.row(position).data(); }
  std::size_t cols() const { return rows_.cols(); }
  double lower(std::uint32_t squared_code, std::size_t a, std::size_t b) const {
    return bound::lower(squared_code, scale_, error_[a] + error_[b], direct_);
  }

 private:
  friend struct ProjectedCodes projected_codes(const RowMatrix&, std::span<const std::uint32_t>,
                                               const Projection&, const PairScanOptions&);
  double scale_ = 1.0, direct_ = 0.0;
  Matrix<std::int16_t> rows_;
  std::vector<double> error_;
};

struct ProjectedCodes {
  Codes coarse;
  FineCodes fine;
};

/// Few components and the length of the rest, clamped and rounded: phi(x) = clamp(Q (x - c), |(I - Q'Q)(x -
/// c)|) for orthonormal Q. Lower bounds only.
ProjectedCodes projected_codes(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                               const Projection& projection, const PairScanOptions& options);

}  // namespace fathom
