#include "redaction.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "fathom/core/opaque_key.h"

namespace fathom {

namespace {

constexpr std::string_view kFlag = "--redact-paths";

bool is_hash(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_path(const std::string& word) {
  std::error_code error;
  return word.find('/') != std::string::npos || (!word.empty() && std::filesystem::exists(word, error));
}

void replace_all(std::string& text, const std::string& part, const std::string& by) {
  if (part.empty()) return;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + by.size())) {
    text.replace(at, part.size(), by);
  }
}

/// The path in a word of the command line: the word, or what follows its '='.
std::string_view path_part(std::string_view word) {
  const std::size_t equals = word.find('=');
  return word.starts_with("--") && equals != std::string_view::npos ? word.substr(equals + 1) : word;
}

/// A quoted name, or a word with a '/' in it, up to the punctuation behind it.
std::string without_names(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const bool quoted = text[at] == '"';
    std::size_t end = quoted ? text.find('"', at + 1) : text.find_first_of(" \"", at);
    end = std::min(end, text.size());
    const std::size_t begin = quoted ? at + 1 : at;
    std::string word = text.substr(begin, end - begin);
    std::string behind;
    while (!quoted && !word.empty() &&
           std::string_view(",;:.)").find(word.back()) != std::string_view::npos) {
      behind.insert(behind.begin(), word.back());
      word.pop_back();
    }
    const bool named = quoted || word.find('/') != std::string::npos;
    shown += (quoted ? "\"" : "") + (named && !is_hash(word) ? hash_of_path(word) : word) + behind;
    at = end;
    if (at < text.size()) shown += text[at++];
  }
  return shown;
}

}  // namespace

std::string hash_of_path(const std::string& path) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx",
                static_cast<unsigned long long>(opaque_key("path", path)));
  return digits.data();
}

void redact(DataSet& data) {
  const std::string path = data.path;
  for (std::string& note : data.notes) {
    for (const Record& record : data.records) replace_all(note, record.path, hash_of_path(record.path));
    replace_all(note, path, hash_of_path(path));
  }
  for (Record& record : data.records) record.path = hash_of_path(record.path);
  data.path = data.name = hash_of_path(path);
}

bool redacts_paths(const std::vector<std::string>& line) {
  return std::ranges::find(line, kFlag) != line.end();
}

std::vector<std::string> shown_line(const std::vector<std::string>& line) {
  if (!redacts_paths(line)) return line;
  std::vector<std::string> shown;
  for (const std::string& word : line) {
    const std::string path(path_part(word));
    if (shown.empty()) {
      shown.push_back(std::filesystem::path(word).filename().string());
    } else if (is_path(path)) {
      shown.push_back(word.substr(0, word.size() - path.size()) + hash_of_path(path));
    } else {
      shown.push_back(word);
    }
  }
  return shown;
}

std::string shown_text(std::string text, const std::vector<std::string>& line) {
  if (!redacts_paths(line)) return text;
  for (const std::string& word : line) {
    const std::string path(path_part(word));
    const bool option = word.starts_with("-") && path == word;
    if (!option && path != "." && is_path(path)) replace_all(text, path, hash_of_path(path));
  }
  return without_names(text);
}

std::string shown_message(const std::exception& error, const std::vector<std::string>& line) {
  if (!redacts_paths(line)) return error.what();
  const auto* const input = dynamic_cast<const InputError*>(&error);
  if (input == nullptr) return shown_text(error.what(), line);
  const std::string& where = input->where();
  const bool whole = !where.starts_with("-") && !is_hash(where);
  return (whole ? hash_of_path(where) : shown_text(where, line)) + ": " + shown_text(input->reason(), line) +
         "; " + shown_text(input->remedy(), line);
}

}  // namespace fathom
