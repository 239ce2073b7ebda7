// Pieces of a table's text, for reading and for messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fathom {

/// Without blanks and line ends around it.
std::string_view trimmed(std::string_view text);
/// In quotes, on one line, cut where it is long.
std::string shown(std::string_view text);
/// "labels.csv:17".
std::string line_of(const std::string& table, std::size_t line);

}  // namespace fathom
