// Which records of a data set are used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

struct Selection {
  std::vector<std::string> classes;      ///< keep these; empty: all
  std::optional<std::string> positive;   ///< this class against the rest
  std::optional<Split> split;            ///< nothing: all splits
  std::optional<std::uint32_t> samples;  ///< images in all, as even as possible over the classes
  std::uint64_t seed = 0;                ///< of the choice of samples
  /// As the published code: the first samples of each class, in the order of the records (--compat).
  bool listing_order = false;
};

/// Drops the records that are not selected, in place; the order of the others stays. Classes without records
/// are dropped from the column.
///
/// Samples are drawn per class with the seed, so that a smaller number is part of a larger one. In listing
/// order they are the first of each class, and a note says so.
/// Throws UsageError: a class or split that the data do not have (naming those there are), classes, positive
/// of data with several label columns or none. Throws InputError: nothing left, fewer images in a class than
/// wanted.
void select_records(DataSet& data, const Selection& selection);

}  // namespace fathom
