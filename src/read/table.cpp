#include "fathom/read/table.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include "fathom/core/nearest_word.h"
#include "read/byte_source.h"
#include "read/table_header.h"
#include "read/table_text.h"

namespace fathom {

namespace {

/// Reads records one after the other.
class TableParser {
 public:
  TableParser(std::string_view text, const std::string& name) : text_(text), name_(name) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.substr(0, byte_order_mark.size()) == byte_order_mark)
      text_.remove_prefix(byte_order_mark.size());
    delimiter_ = find_delimiter();
  }

  /// The next record that is not an empty line; false at the end. Its first line is line().
  bool next(std::vector<std::string>& fields) {
    while (position_ < text_.size() && skip_line_end()) {
    }
    if (position_ == text_.size()) return false;
    record_line_ = line_;
    fields.clear();
    do {
      fields.push_back(field());
    } while (skip_delimiter());
    return true;
  }
  std::size_t line() const { return record_line_; }

 private:
  [[noreturn]] void fail(const std::string& reason, const std::string& remedy) const {
    throw InputError(line_of(name_, record_line_), reason, remedy);
  }

  /// The most frequent candidate in the header, outside quotes; a comma where there is none.
  char find_delimiter() const {
    constexpr std::array<char, 4> candidates = {',', ';', '\t', '|'};
    std::array<std::size_t, 4> counts = {};
    bool within_quotes = false;
    bool anything = false;
    for (const char c : text_) {
      if (c == '"') within_quotes = !within_quotes;
      if (within_quotes) continue;
      const bool line_end = c == '\n' || c == '\r';
      if (line_end && anything) break;
      anything |= !line_end;
      for (std::size_t i = 0; i < candidates.size(); ++i) counts[i] += c == candidates[i] ? 1 : 0;
    }
    return candidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                               counts.begin())];
  }

  bool at_end_of_field() const {
    return position_ == text_.size() || text_[position_] == delimiter_ || text_[position_] == '\n' ||
           text_[position_] == '\r';
  }
  bool skip_delimiter() {
    if (position_ == text_.size() || text_[position_] != delimiter_) return false;
    ++position_;
    return true;
  }
  /// LF, CRLF, or the CR of old spreadsheets.
  bool skip_line_end() {
    if (text_[position_] != '\n' && text_[position_] != '\r') return false;
    const bool pair = text_.substr(position_, 2) == "\r\n";
    position_ += pair ? 2 : 1;
    ++line_;
    return true;
  }

  std::string field() {
    if (position_ < text_.size() && text_[position_] == '"') return quoted_field();
    const std::size_t start = position_;
    while (!at_end_of_field()) ++position_;
    return checked(std::string(text_.substr(start, position_ - start)));
  }

  std::string quoted_field() {
    std::string value;
    ++position_;
    while (true) {
      const std::size_t quote = text_.find('"', position_);
      if (quote == std::string_view::npos)
        fail("a quote opens and never closes", "close it, or double it to mean a quote");
      value += text_.substr(position_, quote - position_);
      position_ = quote + 1;
      if (position_ == text_.size() || text_[position_] != '"') break;
      value += '"';
      ++position_;
    }
    if (!at_end_of_field()) fail("text follows a closing quote", "double a quote that is part of the text");
    line_ += static_cast<std::size_t>(std::count(value.begin(), value.end(), '\n'));
    return checked(std::move(value));
  }

  std::string checked(std::string value) const {
    if (value.find('\0') != std::string::npos) fail("holds a NUL byte", "save the table as text in UTF-8");
    return value;
  }

  std::string_view text_;
  const std::string& name_;
  char delimiter_ = ',';
  std::size_t position_ = 0, line_ = 1, record_line_ = 1;
};

}  // namespace

void check_header(std::vector<std::string>& header, const std::string& where, UnnamedColumns unnamed) {
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < header.size(); ++i) {
    header[i] = std::string(trimmed(header[i]));
    if (header[i].empty() && unnamed == UnnamedColumns::allowed) continue;
    const bool row_numbers = i == 0 && header.size() > 1;
    if (header[i].empty() && !row_numbers) {
      throw InputError(where, "column " + std::to_string(i + 1) + " has no name",
                       "name every column in the first line");
    }
    if (!seen.insert(header[i]).second) {
      throw InputError(where, "two columns are named " + shown(header[i]),
                       "give every column a name of its own");
    }
  }
}

std::size_t Table::column(std::string_view wanted) const {
  const auto found = std::find(header.begin(), header.end(), wanted);
  if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  std::string there;
  for (const std::string& each : header) there += (there.empty() ? "" : ", ") + shown(each);
  const std::optional<std::string> nearest = nearest_word(wanted, header);
  throw InputError(name, "has no column " + shown(wanted) + " (its columns: " + there + ")",
                   nearest ? "did you mean " + shown(*nearest) + "?" : "name one of its columns");
}

Table parse_table(std::string_view text, std::string name, UnnamedColumns unnamed) {
  Table table;
  table.name = std::move(name);
  TableParser parser(text, table.name);
  if (!parser.next(table.header)) {
    throw InputError(table.name, "is empty", "give a table whose first line names its columns");
  }
  check_header(table.header, line_of(table.name, parser.line()), unnamed);
  std::vector<std::string> fields;
  while (parser.next(fields)) {
    if (fields.size() != table.header.size()) {
      throw InputError(line_of(table.name, parser.line()),
                       std::to_string(fields.size()) + " fields where the header has " +
                           std::to_string(table.header.size()),
                       "quote fields that hold the delimiter");
    }
    table.rows.push_back(std::move(fields));
    table.lines.push_back(parser.line());
  }
  return table;
}

Table read_table(const std::filesystem::path& path, UnnamedColumns unnamed) {
  const std::unique_ptr<ByteSource> source = open_bytes(path);
  std::string text(source->at_most(), '\0');
  text.resize(source->read(std::as_writable_bytes(std::span(text))));
  return parse_table(text, path.string(), unnamed);
}

}  // namespace fathom
