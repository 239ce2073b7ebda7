// Class names in their order, and which of them each image has.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

struct IndexedClasses {
  LabelColumn column;
  std::vector<std::int32_t> labels;  ///< for each name given, its index in column.classes
};

/// The classes among `names`, one name an image: ordered by number when all are integers, by bytes otherwise.
IndexedClasses index_classes(std::string column, std::span<const std::string> names);

}  // namespace fathom
