#include "catalog/catalog_table.h"

#include <charconv>
#include <memory>
#include <span>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/read/spreadsheet.h"
#include "read/byte_source.h"
#include "read/lower_case.h"
#include "read/table_text.h"

namespace fathom {

std::optional<std::size_t> CatalogTable::find_column(std::string_view name) const {
  for (std::size_t i = 0; i < table_.header.size(); ++i) {
    if (table_.header[i] == name) return i;
  }
  return std::nullopt;
}

std::string_view CatalogTable::cell(std::size_t row, std::size_t column) const {
  return trimmed(table_.rows[row][column]);
}

bool CatalogTable::missing(std::size_t row, std::size_t column) const {
  const std::string_view text = cell(row, column);
  return text.empty() || lower_case(text) == "nan" || text == "NA" || text == "N/A";
}

std::optional<std::int64_t> CatalogTable::whole(std::size_t row, std::size_t column) const {
  if (missing(row, column)) return std::nullopt;
  const std::optional<std::int64_t> value = whole_number_in(cell(row, column));
  if (!value) refuse_cell(row, column, "is no whole number", "correct it as the publisher has it");
  return value;
}

void CatalogTable::refuse(std::size_t row, const std::string& reason, const std::string& remedy) const {
  throw InputError(line_of(table_.name, line(row)), reason, remedy);
}

void CatalogTable::refuse_cell(std::size_t row, std::size_t column, const std::string& reason,
                               const std::string& remedy) const {
  refuse(row, "the column " + shown(table_.header[column]) + " " + reason, remedy);
}

void CatalogTable::hold(std::vector<std::string> row, std::size_t line) {
  table_.rows.resize(1);
  table_.rows[0] = std::move(row);
  table_.lines.assign(1, line);
}

CatalogRows::CatalogRows(TableReader reader)
    : reader_(std::move(reader)), table_({reader_.name(), reader_.header(), {}, {}}) {}

bool CatalogRows::next() {
  if (!reader_.next(fields_)) return false;
  table_.hold(std::move(fields_), reader_.line());
  return true;
}

CatalogRows publisher_rows(const std::filesystem::path& path) {
  return CatalogRows({open_bytes(path), path.string(), UnnamedColumns::allowed});
}

CatalogTable publisher_table(const std::filesystem::path& path) {
  return CatalogTable(read_spreadsheet(path, std::nullopt, UnnamedColumns::allowed));
}

std::optional<std::int64_t> whole_number_in(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest(stop, static_cast<std::size_t>(end - stop));
  const bool whole = rest.empty() || (rest.size() > 1 && rest.front() == '.' &&
                                      rest.find_first_not_of('0', 1) == std::string_view::npos);
  return whole ? std::optional(value) : std::nullopt;
}

std::vector<TextLine> parse_lines(std::string_view text, const std::string& name) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.find('\0') != std::string_view::npos) {
    throw InputError(name, "holds a NUL byte", "give the list as its publisher has it, as text");
  }
  std::vector<TextLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty()) lines.push_back({std::string(line), number});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<TextLine> read_lines(const std::filesystem::path& path) {
  const std::unique_ptr<ByteSource> source = open_bytes(path);
  std::string text(source->at_most(), '\0');
  text.resize(source->read(std::as_writable_bytes(std::span(text))));
  return parse_lines(text, path.string());
}

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<std::string_view> words;
  for (std::size_t start = line.find_first_not_of(blanks); start != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, start), line.size());
    words.push_back(line.substr(start, end - start));
    start = line.find_first_not_of(blanks, end);
  }
  return words;
}

}  // namespace fathom
