#include "help_formatter.h"

#include <sstream>
#include <utility>
#include <vector>

namespace fathom {

namespace {

constexpr std::size_t kTerminal = 80;
constexpr std::size_t kLeft = 28;

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines{""};
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

std::string words_of(const CLI::Option* option) {
  const std::string fallback = option->get_default_str();
  return option->get_description() + (fallback.empty() ? "" : " (default: " + fallback + ")");
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(kLeft);
  label("SUBCOMMAND", "COMMAND");
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string left = "  " + make_option_name(option, is_positional);
  if (!is_positional && option->get_type_size() != 0) left += " " + option->get_type_name();
  std::string text;
  if (left.size() + 2 > kLeft) text = std::exchange(left, "") + "\n";
  for (const std::string& line : wrapped(words_of(option), kTerminal - kLeft)) {
    left.resize(kLeft, ' ');
    text += std::exchange(left, "") + line + "\n";
  }
  return text;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string text = Formatter::make_help(app, std::move(name), mode);
  for (std::size_t at; (at = text.find("\n\n\n")) != std::string::npos;) text.erase(at, 1);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace fathom
