// Workbooks of Office Open XML (ECMA-376), as spreadsheet programs write them: .xlsx.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "read/zip_archive.h"

namespace fathom {

/// A row as it is stored: only cells that hold something.
struct WorkbookRow {
  struct Cell {
    std::size_t column;  ///< from 0
    std::string text;
  };
  std::size_t number;       ///< in the sheet, from 1
  std::vector<Cell> cells;  ///< ascending columns
};

struct WorkbookSheet {
  std::string name;
  std::vector<WorkbookRow> rows;  ///< ascending; rows without a value are left out
};

ZipWords workbook_words();

/// Reads one sheet: the one of that name, or the first. Throws InputError as read_spreadsheet does.
WorkbookSheet read_workbook_sheet(const ZipArchive& archive, const std::optional<std::string>& wanted);

}  // namespace fathom
