// Fields of CSV (RFC 4180).
#pragma once

#include <string>

#include "fathom/estimate/dimension.h"

namespace fathom {

/// In quotes where the text needs them.
std::string quoted(const std::string& text);

/// Value, standard error, low, high: four fields, empty where there is none.
std::string estimate_fields(const DimensionEstimate* estimate);

}  // namespace fathom
