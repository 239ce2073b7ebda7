// Text of others, such as file names, on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace fathom {

/// Control characters as \n, \t or \x1b, so that a name can neither break a line nor steer the terminal. All
/// other bytes stay.
std::string printable(std::string_view text);

}  // namespace fathom
