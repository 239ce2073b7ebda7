// From the rows of a publisher's table to records: labels, groups, splits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/entry.h"

namespace fathom {

/// One image as a table names it.
struct ImageRow {
  std::string path;        ///< below the folder of the download, '/' between names
  std::int32_t label = 0;  ///< index into the classes of the task; of no meaning without
  std::string group;       ///< raw key, which goes no further; empty: in no group
  Split split = Split::none;
  std::size_t line = 0;  ///< in the table; 0: found in the folder
};

/// What a table says of its images, and what was left out and why (for notes).
struct ImageRows {
  std::string table;  ///< its path, for messages
  std::vector<ImageRow> rows;
  std::vector<std::string> notes;
  /// Where the task has no classes of its own and the data have labels.
  std::optional<LabelColumn> column;
};

/// Numbers for raw keys, in the order in which they come. The numbers tell nothing of the keys.
class GroupNumbers {
 public:
  /// Nothing for an empty key.
  std::optional<std::uint32_t> of(const std::string& key);
  std::size_t count() const { return numbers_.size(); }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// Rows that repeat an image with the same label are dropped, with a note. Throws InputError with the line of
/// one that repeats it with another.
void drop_repeated(ImageRows& rows);

/// Throws InputError with the line of the first row whose file is not below `root`, and the number of such.
void check_files(const CatalogRequest& request, const std::filesystem::path& root, const ImageRows& rows);

/// Records in the order of the rows, with the classes of the task; Record::source is the index of the row.
/// The data set has no pixels yet.
DataSet data_set_of(const CatalogRequest& request, const ImageRows& rows);

/// All of it for files of one image below `root`: drop_repeated, check_files, data_set_of, and the files as
/// pixels. `format` "dicom": they are DICOM files, of whose frames the first is taken.
DataSet image_file_data_set(const CatalogRequest& request, const std::filesystem::path& root, ImageRows rows,
                            std::string_view format);

/// The last two of these, of rows that have been through the others.
DataSet data_set_of_files(const CatalogRequest& request, const std::filesystem::path& root, ImageRows rows,
                          std::string_view format);

/// "12 images were left out: REASON"; nothing for none.
void note_left_out(std::vector<std::string>& notes, std::size_t images, const std::string& reason);

}  // namespace fathom
