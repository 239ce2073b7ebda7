#include "read/workbook_numbers.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace fathom {

namespace {

std::optional<double> parsed(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The end of what a format code shows as it is: a text in quotes, a character behind \, _ or *, a colour or
/// a condition in brackets. `at` itself where nothing of the kind begins there.
std::size_t behind_literal(std::string_view code, std::size_t at) {
  const char c = code[at];
  if (c == '\\' || c == '_' || c == '*') return at + 2;
  if (c != '"' && c != '[') return at;
  const std::size_t end = code.find(c == '"' ? '"' : ']', at + 1);
  return end == std::string_view::npos ? code.size() : end + 1;
}

std::string clock_text(std::int64_t seconds) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  return text.data();
}

std::string day_text(std::int64_t day, bool from_1904) {
  using namespace std::chrono;
  if (!from_1904 && day == 60) return "1900-02-29";
  const sys_days zero = from_1904  ? sys_days{year{1904} / 1 / 1}
                        : day < 60 ? sys_days{year{1899} / 12 / 31}
                                   : sys_days{year{1899} / 12 / 30};
  const year_month_day date{zero + days{day}};
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

}  // namespace

NumberKind kind_of_built_in_format(unsigned number) {
  if ((number >= 18 && number <= 21) || (number >= 45 && number <= 47)) return NumberKind::time;
  const bool date =
      (number >= 14 && number <= 22) || (number >= 27 && number <= 36) || (number >= 50 && number <= 58);
  return date ? NumberKind::date : NumberKind::number;
}

NumberKind kind_of_format_code(std::string_view code) {
  bool day = false, clock = false, month_or_minute = false;
  for (std::size_t i = 0; i < code.size();) {
    const std::size_t next = behind_literal(code, i);
    if (next > i) {
      i = next;
      continue;
    }
    switch (code[i++]) {
      case 'y':
      case 'Y':
      case 'd':
      case 'D':
        day = true;
        break;
      case 'h':
      case 'H':
      case 's':
      case 'S':
        clock = true;
        break;
      case 'm':
      case 'M':
        month_or_minute = true;
        break;
      default:
        break;
    }
  }
  if (day || (month_or_minute && !clock)) return NumberKind::date;
  return clock ? NumberKind::time : NumberKind::number;
}

std::string number_text(std::string_view stored) {
  const std::optional<double> value = parsed(stored);
  if (!value || !std::isfinite(*value)) return std::string(stored);
  std::array<char, 40> text;
  if (*value == std::floor(*value) && std::abs(*value) < 1e15) {
    return {text.data(),
            std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(*value)).ptr};
  }
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), *value).ptr};
}

std::string date_text(std::string_view stored, NumberKind kind, bool from_1904) {
  constexpr double behind_9999 = 2958466.0;  // of the dates from 1900; those from 1904 end before it
  constexpr std::int64_t a_day = 86'400;
  const std::optional<double> serial = parsed(stored);
  if (!serial || !(*serial >= 0.0) || *serial >= behind_9999 - (from_1904 ? 1462.0 : 0.0)) {
    return number_text(stored);
  }
  const std::int64_t seconds = std::llround(*serial * static_cast<double>(a_day));
  if (kind == NumberKind::time && seconds < a_day) return clock_text(seconds);
  const std::string day = day_text(seconds / a_day, from_1904);
  return seconds % a_day == 0 ? day : day + " " + clock_text(seconds % a_day);
}

}  // namespace fathom
