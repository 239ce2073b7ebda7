#include "read/table_text.h"

#include <cctype>

namespace fathom {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 200;
  std::string result(text.substr(0, most));
  for (char& c : result) {
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = '?';
  }
  return '"' + result + (text.size() > most ? "...\"" : "\"");
}

std::string line_of(const std::string& table, std::size_t line) {
  return table + ":" + std::to_string(line);
}

}  // namespace fathom
