#include "byte_size.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace fathom {

namespace {

constexpr std::string_view kUnits = "KMGT";

std::optional<std::uint64_t> bytes_of(const std::string& text) {
  std::uint64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || value == 0) return std::nullopt;
  if (end == last) return value;
  const std::size_t unit = kUnits.find(*end);
  if (end + 1 != last || unit == std::string_view::npos) return std::nullopt;
  const unsigned shift = 10 * (static_cast<unsigned>(unit) + 1);
  if (value > UINT64_MAX >> shift) return std::nullopt;
  return value << shift;
}

}  // namespace

CLI::Validator byte_size() {
  const auto check = [](std::string& text) -> std::string {
    return bytes_of(text) ? "" : "\"" + text + "\" is not a size of memory such as 800M or 4G";
  };
  return {check, ""};
}

std::uint64_t parse_byte_size(const std::string& text) {
  return bytes_of(text).value();
}

std::string byte_size_text(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (unit + 1 < kUnits.size() && bytes >> (10 * (unit + 2)) != 0) ++unit;
  const unsigned shift = 10 * (static_cast<unsigned>(unit) + 1);
  const std::uint64_t whole = bytes >> shift, rest = bytes - (whole << shift);
  const std::uint64_t tenths = whole * 10 + ((rest * 10 + (std::uint64_t{1} << shift) - 1) >> shift);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + kUnits[unit];
}

}  // namespace fathom
