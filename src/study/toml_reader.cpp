#include "study/toml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/nearest_word.h"

namespace fathom {

namespace {

/// The shortest text that reads back as this number.
std::string shortest_text(double value) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace

TomlReader::TomlReader(const toml::table& table, std::string file, std::string prefix,
                       std::map<std::string, std::size_t>& lines)
    : table_(table), file_(std::move(file)), prefix_(std::move(prefix)), lines_(lines) {}

void TomlReader::refuse(const std::string& key, const std::string& reason, const std::string& remedy) const {
  const toml::node* const node = table_.get(key);
  const std::size_t line = (node == nullptr ? table_.source() : node->source()).begin.line;
  throw InputError(file_ + (line > 0 ? ":" + std::to_string(line) : ""), key + " " + reason, remedy);
}

const toml::node* TomlReader::find(const std::string& key) {
  known_.push_back(key);
  const toml::node* const node = table_.get(key);
  if (node != nullptr) lines_[prefix_ + key] = node->source().begin.line;
  return node;
}

std::vector<const toml::node*> TomlReader::items(const std::string& key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return {};
  const toml::array* const array = node->as_array();
  if (array == nullptr) return {node};
  if (array->empty()) refuse(key, "is an empty list", "give one value or more, or leave the key out");
  std::vector<const toml::node*> found;
  for (const toml::node& item : *array) found.push_back(&item);
  return found;
}

std::string TomlReader::word_of(const std::string& key, const toml::node& node) const {
  const auto* const text = node.as_string();
  if (text == nullptr) refuse(key, "is no text", "write " + key + " = \"...\"");
  if (text->get().empty()) refuse(key, "is empty", "give a text, or leave the key out");
  return text->get();
}

std::uint64_t TomlReader::whole_of(const std::string& key, const toml::node& node,
                                   std::uint64_t least) const {
  const auto* const number = node.as_integer();
  if (number == nullptr || number->get() < 0 || static_cast<std::uint64_t>(number->get()) < least) {
    refuse(key, "is no whole number of " + std::to_string(least) + " or more",
           "write it as " + key + " = " + std::to_string(std::max<std::uint64_t>(least, 1)));
  }
  return static_cast<std::uint64_t>(number->get());
}

double TomlReader::number_of(const std::string& key, const toml::node& node) const {
  const std::optional<double> number = node.value<double>();
  if (!node.is_number() || !number || !std::isfinite(*number)) {
    refuse(key, "is no number", "write it as " + key + " = 0.5");
  }
  return *number;
}

std::optional<std::string> TomlReader::text(const std::string& key) {
  const toml::node* const node = find(key);
  return node == nullptr ? std::nullopt : std::optional(word_of(key, *node));
}

std::optional<std::uint64_t> TomlReader::whole(const std::string& key, std::uint64_t least) {
  const toml::node* const node = find(key);
  return node == nullptr ? std::nullopt : std::optional(whole_of(key, *node, least));
}

std::optional<double> TomlReader::number(const std::string& key) {
  const toml::node* const node = find(key);
  return node == nullptr ? std::nullopt : std::optional(number_of(key, *node));
}

std::optional<bool> TomlReader::flag(const std::string& key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* const flag = node->as_boolean();
  if (flag == nullptr) refuse(key, "is neither true nor false", "write it as " + key + " = true");
  return flag->get();
}

std::optional<std::string> TomlReader::words(const std::string& key) {
  std::string joined;
  for (const toml::node* const item : items(key)) {
    joined += joined.empty() ? "" : ",";
    joined += item->is_string() ? word_of(key, *item) : shortest_text(number_of(key, *item));
  }
  return joined.empty() ? std::nullopt : std::optional(joined);
}

std::vector<std::string> TomlReader::texts(const std::string& key) {
  std::vector<std::string> words;
  std::set<std::string> seen;
  for (const toml::node* const item : items(key)) {
    words.push_back(word_of(key, *item));
    if (!seen.insert(words.back()).second)
      refuse(key, "names \"" + words.back() + "\" twice", "name it once");
  }
  return words;
}

std::vector<std::uint64_t> TomlReader::wholes(const std::string& key, std::uint64_t least) {
  std::vector<std::uint64_t> numbers;
  for (const toml::node* const item : items(key)) {
    numbers.push_back(whole_of(key, *item, least));
    if (std::ranges::count(numbers, numbers.back()) > 1) {
      refuse(key, "names " + std::to_string(numbers.back()) + " twice", "name it once");
    }
  }
  return numbers;
}

std::vector<double> TomlReader::numbers(const std::string& key) {
  std::vector<double> numbers;
  for (const toml::node* const item : items(key)) numbers.push_back(number_of(key, *item));
  return numbers;
}

std::vector<std::vector<std::string>> TomlReader::lists_of_texts(const std::string& key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return {};
  const toml::array* const array = node->as_array();
  if (array == nullptr || array->empty()) {
    refuse(key, "is no list", "write it as " + key + " = [\"cat\", \"dog\"]");
  }
  const bool one = !array->front().is_array();
  std::vector<std::vector<std::string>> lists;
  const auto add = [&](const toml::array& words) {
    std::vector<std::string>& list = lists.emplace_back();
    for (const toml::node& word : words) list.push_back(word_of(key, word));
  };
  if (one) {
    add(*array);
    return lists;
  }
  for (const toml::node& item : *array) {
    if (!item.is_array()) {
      refuse(key, "mixes texts and lists", "write it as " + key + " = [[\"cat\", \"dog\"], [...]]");
    }
    add(*item.as_array());
  }
  return lists;
}

const toml::table* TomlReader::table(const std::string& key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) refuse(key, "is no table", "write its keys under [" + key + "]");
  return node->as_table();
}

std::vector<const toml::table*> TomlReader::tables(const std::string& key) {
  const toml::node* const node = find(key);
  if (node == nullptr) return {};
  const toml::array* const array = node->as_array();
  std::vector<const toml::table*> found;
  if (array != nullptr) {
    for (const toml::node& item : *array) found.push_back(item.as_table());
  }
  if (found.empty() || std::ranges::count(found, nullptr) > 0) {
    refuse(key, "is no list of tables", "begin each with a line [[" + key + "]]");
  }
  return found;
}

void TomlReader::finish() const {
  for (const auto& [key, value] : table_) {
    const std::string name(key.str());
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const std::optional<std::string> nearest = nearest_word(name, known_);
    throw InputError(file_ + ":" + std::to_string(key.source().begin.line),
                     "there is no key \"" + prefix_ + name + "\"",
                     nearest ? "did you mean \"" + *nearest + "\"?"
                             : "see docs/study.md for the keys, or `fathom study init`");
  }
}

}  // namespace fathom
