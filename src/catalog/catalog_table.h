// A table of a publisher: columns by name, and cells that no message shows, since they may name patients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/read/table.h"
#include "read/table_reader.h"

namespace fathom {

class CatalogTable {
 public:
  explicit CatalogTable(Table table) : table_(std::move(table)) {}
  /// Puts one row in the place of all.
  void hold(std::vector<std::string> row, std::size_t line);

  const std::string& name() const { return table_.name; }
  std::size_t rows() const { return table_.rows.size(); }
  std::size_t line(std::size_t row) const { return table_.lines[row]; }
  /// Throws InputError naming those there are.
  std::size_t column(std::string_view name) const { return table_.column(name); }
  std::optional<std::size_t> find_column(std::string_view name) const;
  /// Without blanks around it.
  std::string_view cell(std::size_t row, std::size_t column) const;
  /// What pandas takes for missing: an empty cell, "nan", "NA", "N/A".
  bool missing(std::size_t row, std::size_t column) const;
  /// "3" or "3.0"; nothing where it is missing. Throws InputError for anything else.
  std::optional<std::int64_t> whole(std::size_t row, std::size_t column) const;
  /// An InputError at this row; `reason` must not hold the content of a cell.
  [[noreturn]] void refuse(std::size_t row, const std::string& reason, const std::string& remedy) const;
  [[noreturn]] void refuse_cell(std::size_t row, std::size_t column, const std::string& reason,
                                const std::string& remedy) const;

 private:
  Table table_;
};

/// A table that is too long to be kept, row after row: delimited text.
class CatalogRows {
 public:
  explicit CatalogRows(TableReader reader);
  /// False at the end.
  bool next();
  /// Of the row that next() has read, as row 0.
  const CatalogTable& table() const { return table_; }

 private:
  TableReader reader_;
  CatalogTable table_;
  std::vector<std::string> fields_;
};

/// As publisher_table(), of delimited text.
CatalogRows publisher_rows(const std::filesystem::path& path);

/// A table as its publisher ships it: a workbook or delimited text, with columns that have no name.
CatalogTable publisher_table(const std::filesystem::path& path);

/// "3" or "3.0"; nothing for any other text.
std::optional<std::int64_t> whole_number_in(std::string_view text);

struct TextLine {
  std::string text;  ///< without blanks around it; not empty
  std::size_t number = 0;
};

/// The lines of a list without a header. Throws InputError for a file that cannot be read or is no text.
std::vector<TextLine> read_lines(const std::filesystem::path& path);
std::vector<TextLine> parse_lines(std::string_view text, const std::string& name);

/// The words of a line, which blanks separate.
std::vector<std::string_view> words_of(std::string_view line);

}  // namespace fathom
