#include "whole_number.h"

#include <charconv>
#include <string>

namespace fathom {

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  const auto check = [low, high](std::string& text) -> std::string {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool number = error == std::errc() && end == text.data() + text.size() && !text.empty();
    if (number && value >= low && value <= high) return "";
    return "\"" + text + "\" is not a whole number " +
           (high == UINT64_MAX ? "of " + std::to_string(low) + " or more"
                               : "from " + std::to_string(low) + " to " + std::to_string(high));
  };
  return {check, ""};
}

}  // namespace fathom
