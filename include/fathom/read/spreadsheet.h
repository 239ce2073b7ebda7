// Tables as publishers ship them: delimited text, or a sheet of an Office Open XML workbook (.xlsx).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fathom/read/table.h"

namespace fathom {

/// Table::lines are the rows of the sheet, from 1, as the program that shows it numbers them.
using Spreadsheet = Table;

/// Reads a table from a workbook (by content) or else from delimited text, as read_table() does.
///
/// `sheet` names a sheet of a workbook; nothing: its first. Its first row that holds anything is the header;
/// rows without any value are passed over, and so are columns without a name and a value. Every cell becomes
/// text: numbers in the fewest digits that give the stored value ("12", "0.1"), dates as ISO 8601
/// ("2019-12-05", "2019-12-05 13:45:00", "13:45:00"), truth values as TRUE and FALSE, formulas as the value
/// the workbook keeps of them, errors as they are shown ("#N/A").
///
/// Throws InputError with the row: what read_table() refuses; a workbook that is damaged, encrypted, of the
/// old .xls form or too large (a part above 1 GiB unpacked, more than 2^25 cells); a cell beyond the header.
/// Throws InputError naming the sheets there are when `sheet` is none of them, and where a sheet is asked of
/// delimited text.
Spreadsheet read_spreadsheet(const std::filesystem::path& path,
                             const std::optional<std::string>& sheet = std::nullopt,
                             UnnamedColumns unnamed = UnnamedColumns::refused);

/// As read_spreadsheet(), of a workbook in memory.
Spreadsheet parse_workbook(std::span<const std::byte> bytes, const std::string& name,
                           const std::optional<std::string>& sheet = std::nullopt,
                           UnnamedColumns unnamed = UnnamedColumns::refused);

}  // namespace fathom
