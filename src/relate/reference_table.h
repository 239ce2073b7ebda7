// The text of data/reference_values.csv.
#pragma once

#include <string_view>

namespace fathom {

std::string_view reference_table();

}  // namespace fathom
