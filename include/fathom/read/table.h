// Delimited text (RFC 4180): comma, semicolon or tab, quoted fields, BOM, LF or CRLF.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

struct Table {
  std::string name;  ///< for messages
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header
  std::vector<std::size_t> lines;              ///< first line of each row in the file, from 1

  /// Index of a column. Throws InputError naming the columns there are.
  std::size_t column(std::string_view wanted) const;
};

/// Parses a table. The delimiter is the one of comma, semicolon, tab that the header has most of, outside quotes.
/// Throws InputError with the line: a quote that never closes, text after a closing quote, a row of another
/// length than the header, an empty or twice-named column, no header, a NUL byte.
Table parse_table(std::string_view text, std::string name);
Table read_table(const std::filesystem::path& path);

/// Opens images listed in a table: a manifest (paths relative to the table's folder), or `--labels` beside a
/// folder of images (paths relative to that folder, which every row must name; images without a row are passed
/// over and counted in a note).
/// Records are ordered by the bytes of their path. Throws InputError naming the row: see open_data_set.
DataSet open_table(const std::filesystem::path& table, const std::filesystem::path& image_root,
                   const ReadOptions& options);

}  // namespace fathom
