// A table of a TOML file, read key by key; what nobody asked for is an error.
#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fathom {

/// Every function that takes a key throws InputError naming file and line where the value is of another kind.
/// Keys that are not there are nothing.
class TomlReader {
 public:
  /// `prefix`: what comes before a key in `lines`, such as "recipe.". `lines` gets the line of every key.
  TomlReader(const toml::table& table, std::string file, std::string prefix,
             std::map<std::string, std::size_t>& lines);

  std::optional<std::string> text(const std::string& key);
  /// At least `least`.
  std::optional<std::uint64_t> whole(const std::string& key, std::uint64_t least = 0);
  std::optional<double> number(const std::string& key);
  std::optional<bool> flag(const std::string& key);
  /// A text as it is, a whole number as its digits, a list of numbers with commas: "64", "0,1".
  std::optional<std::string> words(const std::string& key);
  /// One word, or a list of at least one.
  std::vector<std::string> texts(const std::string& key);
  std::vector<std::uint64_t> wholes(const std::string& key, std::uint64_t least = 0);
  std::vector<double> numbers(const std::string& key);
  /// One list of words, or a list of lists.
  std::vector<std::vector<std::string>> lists_of_texts(const std::string& key);
  const toml::table* table(const std::string& key);
  std::vector<const toml::table*> tables(const std::string& key);

  /// Throws InputError for a key that was not asked for, with the nearest of those that were.
  void finish() const;
  /// Throws InputError naming file and line of the key, or of the table where the key is not there.
  [[noreturn]] void refuse(const std::string& key, const std::string& reason,
                           const std::string& remedy) const;

 private:
  const toml::node* find(const std::string& key);
  std::vector<const toml::node*> items(const std::string& key);
  std::string word_of(const std::string& key, const toml::node& node) const;
  std::uint64_t whole_of(const std::string& key, const toml::node& node, std::uint64_t least) const;
  double number_of(const std::string& key, const toml::node& node) const;

  const toml::table& table_;
  std::string file_, prefix_;
  std::map<std::string, std::size_t>& lines_;
  std::vector<std::string> known_;
};

}  // namespace fathom
