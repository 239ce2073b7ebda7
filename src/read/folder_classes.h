// What the folders of a file say of it: ImageFolder's rule.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// The first folder of "a/b/c.png", "a"; empty for "c.png".
std::string_view top_folder(std::string_view path);
/// The folders of "a/b/c.png", "a/b"; empty for "c.png".
std::string_view folders(std::string_view path);
/// The last folder of "a/b", "b".
std::string_view last_folder(std::string_view path);

/// Labels of the records by the classes of their folders, one class a record; empty where it lies in none. No
/// labels when one is empty, and a note when others are not.
void add_folder_labels(DataSet& data, const std::vector<std::string>& classes);

/// Throws UsageError for an option that names a column.
void refuse_column_options(const ReadOptions& options);

}  // namespace fathom
