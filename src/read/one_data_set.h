// What the array forms share in opening one path: its name, and the options that hold for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "fathom/read/array.h"

namespace fathom {

/// `data` under the name and path of what was opened.
DataSet named(DataSet data, const std::filesystem::path& path, std::string_view format);

/// The array in the file that ReadOptions::labels names, .npy or IDX; nothing when it names none.
/// Throws UsageError for any other file.
std::optional<Array> read_given_labels(const ReadOptions& options);
/// For messages; empty when there are none.
std::string given_labels_name(const ReadOptions& options);

/// Throws UsageError when ReadOptions::labels is given to a form that has its labels within.
void refuse_given_labels(const ReadOptions& options, std::string_view format);

}  // namespace fathom
