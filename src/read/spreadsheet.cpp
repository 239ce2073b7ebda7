#include "fathom/read/spreadsheet.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/byte_source.h"
#include "read/lower_case.h"
#include "read/table_header.h"
#include "read/table_text.h"
#include "read/workbook.h"

namespace fathom {

namespace {

/// Columns that hold anything, in their order: cells that are only formatted make none.
std::vector<std::size_t> used_columns(const WorkbookSheet& sheet) {
  std::vector<bool> used;
  for (const WorkbookRow& row : sheet.rows) {
    used.resize(std::max(used.size(), row.cells.back().column + 1));
    for (const WorkbookRow::Cell& cell : row.cells) used[cell.column] = true;
  }
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) columns.push_back(i);
  }
  return columns;
}

std::vector<std::string> texts_of(WorkbookRow& row, const std::vector<std::size_t>& columns) {
  std::vector<std::string> texts(columns.size());
  for (WorkbookRow::Cell& cell : row.cells) {
    const auto place = std::lower_bound(columns.begin(), columns.end(), cell.column) - columns.begin();
    texts[static_cast<std::size_t>(place)] = std::move(cell.text);
  }
  return texts;
}

Spreadsheet as_table(WorkbookSheet sheet, const std::string& name, UnnamedColumns unnamed) {
  Spreadsheet table;
  table.name = name;
  if (sheet.rows.empty()) {
    throw InputError(name, "has nothing in its sheet " + shown(sheet.name),
                     "give a sheet whose first row names its columns");
  }
  const std::vector<std::size_t> columns = used_columns(sheet);
  // Rows of empty cells take memory that the file does not.
  constexpr std::size_t most_cells = std::size_t{1} << 25;
  if (sheet.rows.size() > most_cells / columns.size()) {
    throw InputError(name,
                     "has " + std::to_string(sheet.rows.size()) + " rows of " +
                         std::to_string(columns.size()) + " columns, too many to be read",
                     "save the columns that are needed as CSV");
  }
  for (WorkbookRow& row : sheet.rows) {
    std::vector<std::string> texts = texts_of(row, columns);
    row.cells = {};
    if (table.header.empty()) {
      table.header = std::move(texts);
      check_header(table.header, line_of(name, row.number), unnamed);
    } else {
      table.rows.push_back(std::move(texts));
      table.lines.push_back(row.number);
    }
  }
  return table;
}

/// The old .xls and every encrypted workbook are such a file system in a file. Source: [MS-CFB] 2.2.
bool begins_as_compound_file(std::span<const std::byte> bytes) {
  constexpr std::string_view signature = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
  return bytes.size() >= signature.size() &&
         std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

}  // namespace

Spreadsheet read_spreadsheet(const std::filesystem::path& path, const std::optional<std::string>& sheet,
                             UnnamedColumns unnamed) {
  std::array<std::byte, 8> buffer = {};
  const std::span<const std::byte> start(buffer.data(), open_bytes(path)->read(buffer));
  const std::string suffix = lower_case(path.extension().string());
  if (begins_as_compound_file(start)) {
    throw InputError(path.string(), "is a workbook of the old .xls form, or an encrypted one",
                     "save it as .xlsx without a password, or the sheet as CSV");
  }
  if (begins_as_zip(start) || suffix == ".xlsx" || suffix == ".xlsm") {
    return as_table(read_workbook_sheet(ZipArchive(path, workbook_words()), sheet), path.string(), unnamed);
  }
  if (sheet) {
    throw InputError(path.string(), "is delimited text, which has no sheet " + shown(*sheet),
                     "name no sheet, or give a workbook");
  }
  return read_table(path, unnamed);
}

Spreadsheet parse_workbook(std::span<const std::byte> bytes, const std::string& name,
                           const std::optional<std::string>& sheet, UnnamedColumns unnamed) {
  return as_table(read_workbook_sheet(ZipArchive(bytes, name, workbook_words()), sheet), name, unnamed);
}

}  // namespace fathom
