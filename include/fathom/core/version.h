#pragma once

#include <string_view>

namespace fathom {

/// The contents of the VERSION file, such as "0.1.0".
std::string_view version();

}  // namespace fathom
