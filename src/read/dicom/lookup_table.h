// Tables by which stored values become others: palettes, Modality LUTs and VOI LUTs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "read/dicom/object.h"

namespace fathom {

/// PS3.3 C.7.6.3.1.5, C.11.1.1.1 and C.11.2.1.1.
struct LookupTable {
  std::int32_t first = 0;              ///< the value that entry 0 stands for
  unsigned bits = 0;                   ///< of an entry
  std::vector<std::uint16_t> entries;  ///< at least one

  /// Values outside the table take the nearest entry.
  std::uint16_t operator()(std::int64_t value) const;
};

/// Where a table stands.
struct LookupTags {
  DcmTagKey descriptor, data;
  DcmTagKey segmented = DCM_UndefinedTagKey;  ///< its data in segments, where it has no others
};

/// `name` is for messages: "palette". `is_signed`: the values looked up may be below 0, so that the first one
/// has a sign, as it has where the file says so. Entries of 8 to 16 bits.
///
/// Throws ImageError: no table, damaged, short.
LookupTable lookup_table(DcmItem& item, const LookupTags& tags, const std::string& name, bool is_signed);

}  // namespace fathom
