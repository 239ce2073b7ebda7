// The files of data/ that the library holds.
#pragma once

#include <string_view>

namespace fathom {

std::string_view calibration_families_text();
std::string_view calibration_spaces_text();

}  // namespace fathom
