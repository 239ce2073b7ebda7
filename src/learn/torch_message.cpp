#include "learn/torch_message.h"

#include <c10/util/Exception.h>

#include <string_view>

namespace fathom {

namespace {

constexpr std::size_t kMostBytes = 300;

std::string_view without_spaces(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r\n") - begin + 1);
}

/// The interpreter of TorchScript puts its trace first, and the reason last after "RuntimeError: ".
std::string_view reason_in(std::string_view text) {
  constexpr std::string_view mark = "Error: ";
  if (const std::size_t last = text.rfind(mark); last != std::string_view::npos) {
    text.remove_prefix(last + mark.size());
  }
  text = without_spaces(text);
  return without_spaces(text.substr(0, text.find('\n')));
}

}  // namespace

std::string torch_message(const std::exception& error) {
  const auto* const by_torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = by_torch != nullptr ? by_torch->what_without_backtrace() : error.what();
  const std::string_view reason = reason_in(text);
  return std::string(reason.substr(0, kMostBytes)) + (reason.size() > kMostBytes ? "..." : "");
}

}  // namespace fathom
