// Delimited text (RFC 4180): comma, semicolon, tab or bar, quoted fields, BOM, LF or CRLF.
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

  /// Index of a column. Throws InputError naming the columns there are, and the one most like it.
  std::size_t column(std::string_view wanted) const;
};

/// What a column without a name is, other than the first: a fault, or one that nobody can ask for.
enum class UnnamedColumns { refused, allowed };

/// Parses a table. The delimiter is the one of comma, semicolon, tab, bar ("|") that the header has most of,
/// outside quotes (the first of these when there are as many). Empty lines are passed over. Column names lose
/// blanks around them; the first may be empty, as pandas writes its row numbers. Throws InputError with the
/// line: a quote that never closes, text after a closing quote, a row of another length than the header, any
/// other column without a name, two of one name, no header, a NUL byte.
Table parse_table(std::string_view text, std::string name, UnnamedColumns unnamed = UnnamedColumns::refused);
/// As parse_table. Throws InputError also when the file cannot be read.
Table read_table(const std::filesystem::path& path, UnnamedColumns unnamed = UnnamedColumns::refused);

/// Opens images listed in a table: a manifest (`image_root` is the table's folder), or, with
/// ReadOptions::labels, a table beside the folder of images `image_root`, whose images without a row are
/// passed over and counted in a note.
///
/// Volumes (.nii, .nii.gz) become their slices: see slices_of_volumes(). Paths may be relative to
/// `image_root`, go upward, or be absolute; records show them as the table writes them and are ordered by
/// their bytes. Usual column names are found in any case of letters; without a label column a manifest has no
/// labels, and a note says so. Labels lose blanks around them, and ".0" after a whole number
/// ("1.0" is "1"). Groups are numbered as they first appear; an image without a group is in none, and counted
/// in a note.
///
/// Throws InputError naming the line, the value and the number of such rows: a path that is empty, does not
/// exist, is a folder or was given before (written in any way); a label that is missing (empty, "nan" in any
/// case, "NA", "N/A"); a split that recognise_split does not know. Also: no rows, or a column that is not
/// there.
DataSet open_table(const std::filesystem::path& table, const std::filesystem::path& image_root,
                   const ReadOptions& options);

}  // namespace fathom
