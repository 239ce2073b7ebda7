#include "read/folder_classes.h"

#include <algorithm>
#include <utility>

#include "fathom/core/error.h"
#include "read/class_names.h"

namespace fathom {

std::string_view top_folder(std::string_view path) {
  const std::size_t end = path.find('/');
  return end == std::string_view::npos ? std::string_view() : path.substr(0, end);
}

std::string_view folders(std::string_view path) {
  const std::size_t end = path.rfind('/');
  return end == std::string_view::npos ? std::string_view() : path.substr(0, end);
}

std::string_view last_folder(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

void add_folder_labels(DataSet& data, const std::vector<std::string>& classes) {
  const auto unlabelled = static_cast<std::size_t>(std::count(classes.begin(), classes.end(), ""));
  if (unlabelled == classes.size()) return;
  if (unlabelled > 0) {
    const auto first = std::find(classes.begin(), classes.end(), "") - classes.begin();
    data.notes.push_back(
        std::to_string(unlabelled) + " of " + std::to_string(classes.size()) +
        " images lie in no class folder (first: " + data.records[static_cast<std::size_t>(first)].path +
        "), so that the data are taken to have no labels; move them into class folders to use labels.");
    return;
  }
  IndexedClasses indexed = index_classes("label", classes);
  for (std::size_t i = 0; i < data.records.size(); ++i) data.records[i].labels = {indexed.labels[i]};
  data.label_columns.push_back(std::move(indexed.column));
}

void refuse_column_options(const ReadOptions& options) {
  const auto refuse = [](const char* option) {
    throw UsageError(option, "names a column, and a folder of images has none",
                     "give the table with --labels");
  };
  if (options.path_column) refuse("--path-column");
  if (!options.label_columns.empty()) refuse("--label-column");
  if (options.group_column) refuse("--group-column");
  if (options.split_column) refuse("--split-column");
}

}  // namespace fathom
