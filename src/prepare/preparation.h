// What preparing finds out, beside the rows themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prepare/row_writer.h"

namespace fathom {

/// A record whose image cannot be used.
struct Rejection {
  std::size_t record;
  std::string reason;
};

/// All about the first `tried` records of a data set. Row i is the i-th of them that was not rejected.
struct Preparation {
  std::size_t tried = 0;
  std::vector<Rejection> rejected;  ///< ascending
  std::size_t alpha_dropped = 0;
  std::vector<std::uint32_t> black;  ///< rows
  std::vector<float> contrast;       ///< one a row
  std::optional<double> full_scale;  ///< nothing for floats
  /// The published code's luminance does not go with these images, which have colour.
  bool kept_colour = false;
  std::optional<RowWriter::Layout> layout;  ///< nothing before the first row

  std::size_t rows() const { return contrast.size(); }
  /// The record of row 0, or of the first row to come.
  std::size_t first_record() const;
};

/// In a form that only this version of Fathom reads.
std::vector<std::uint8_t> pack(const Preparation& preparation);
/// Nothing when the bytes are not those of a preparation.
std::optional<Preparation> unpack(std::span<const std::uint8_t> bytes);

}  // namespace fathom
