#include "fathom/read/image_folder.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "read/class_names.h"
#include "read/folder_listing.h"
#include "read/image_files.h"
#include "read/one_data_set.h"

namespace fathom {

namespace {

/// The first folder of "a/b/c.png", "a"; empty for "c.png".
std::string_view top_folder(std::string_view path) {
  const std::size_t end = path.find('/');
  return end == std::string_view::npos ? std::string_view() : path.substr(0, end);
}

/// The folders of "a/b/c.png", "a/b"; empty for "c.png".
std::string_view folders(std::string_view path) {
  const std::size_t end = path.rfind('/');
  return end == std::string_view::npos ? std::string_view() : path.substr(0, end);
}

/// The last folder of "a/b", "b".
std::string_view last_folder(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool top_folders_are_splits(const std::vector<std::string>& images) {
  return std::all_of(images.begin(), images.end(),
                     [](const std::string& path) { return recognise_split(top_folder(path)).has_value(); });
}

/// The class of an image, empty where it lies in no class folder.
std::string class_of(std::string_view path, bool splits) {
  const std::string_view holder = folders(splits ? path.substr(top_folder(path).size() + 1) : path);
  return std::string(last_folder(holder));
}

void add_labels(DataSet& data, const std::vector<std::string>& classes) {
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

void refuse_table_options(const ReadOptions& options) {
  const auto refuse = [](const char* option) {
    throw UsageError(option, "names a column, and a folder of images has none",
                     "give the table with --labels");
  };
  if (options.path_column) refuse("--path-column");
  if (!options.label_columns.empty()) refuse("--label-column");
  if (options.group_column) refuse("--group-column");
  if (options.split_column) refuse("--split-column");
}

}  // namespace

DataSet open_image_folder(const std::filesystem::path& folder, const ReadOptions& options) {
  refuse_table_options(options);
  FolderListing listing = list_files(folder);
  if (listing.images.empty()) {
    throw InputError(folder.string(),
                     "holds no image file (.jpg, .jpeg, .png, .tif, .tiff, .bmp, .webp) among " +
                         std::to_string(listing.others.size()) + " files",
                     "give a folder of images, best with one sub-folder for each class");
  }
  const bool splits = top_folders_are_splits(listing.images);
  DataSet data;
  std::vector<std::string> classes;
  data.records.reserve(listing.images.size());
  for (const std::string& path : listing.images) {
    Record record;
    record.path = path;
    record.source = data.records.size();
    if (splits) record.split = *recognise_split(top_folder(path));
    data.records.push_back(std::move(record));
    classes.push_back(class_of(path, splits));
  }
  add_labels(data, classes);
  if (listing.others.size() > 0) {
    const bool one = listing.others.size() == 1;
    data.notes.push_back(std::to_string(listing.others.size()) + (one ? " file" : " files") +
                         " without an image suffix " + (one ? "was" : "were") + " passed over.");
  }
  data.pixels = std::make_shared<ImageFiles>(folder, std::move(listing.images), options.limits);
  return named(std::move(data), folder, "folder");
}

}  // namespace fathom
