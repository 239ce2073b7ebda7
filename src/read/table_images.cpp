#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fathom/core/parallel_stage.h"
#include "fathom/read/nifti.h"
#include "fathom/read/table.h"
#include "read/class_names.h"
#include "read/dicom/found_images.h"
#include "read/folder_listing.h"
#include "read/image_files.h"
#include "read/lower_case.h"
#include "read/one_data_set.h"
#include "read/table_text.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

/// Something wrong in one row.
struct Fault {
  std::size_t line;
  std::string what;
};

/// Throws when there are faults: the first in full, the next few by line, and their number.
void throw_faults(const Table& table, const std::vector<Fault>& faults, const std::string& remedy) {
  if (faults.empty()) return;
  constexpr std::size_t most_named = 4;
  std::string reason = faults[0].what;
  if (faults.size() > 1) {
    reason += " (" + std::to_string(faults.size()) + " such rows; also";
    for (std::size_t i = 1; i < std::min(faults.size(), most_named); ++i) {
      reason += (i == 1 ? " line " : ", line ") + std::to_string(faults[i].line) + ": " + faults[i].what;
    }
    reason += faults.size() > most_named ? ", ...)" : ")";
  }
  throw InputError(line_of(table.name, faults[0].line), reason, remedy);
}

/// The first of `names` that is a column, in any case.
std::optional<std::size_t> find_column(const Table& table, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < table.header.size(); ++i) {
      if (lower_case(table.header[i]) == name) return i;
    }
  }
  return std::nullopt;
}

std::size_t path_column(const Table& table, const ReadOptions& options) {
  if (options.path_column) return table.column(*options.path_column);
  constexpr std::array<std::string_view, 4> usual = {"path", "file", "filename", "image"};
  if (const auto found = find_column(table, usual)) return *found;
  std::string there;
  for (const std::string& each : table.header) there += (there.empty() ? "" : ", ") + shown(each);
  throw InputError(table.name, "has no column path, file, filename or image (its columns: " + there + ")",
                   "name the column of the paths with --path-column");
}

/// Empty when the table has none and none was asked for.
std::vector<std::size_t> label_columns(const Table& table, const ReadOptions& options) {
  std::vector<std::size_t> columns;
  for (const std::string& name : options.label_columns) {
    const std::size_t column = table.column(name);
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      throw UsageError("--label-column", shown(name) + " is named twice", "name each column once");
    }
    columns.push_back(column);
  }
  if (!columns.empty()) return columns;
  constexpr std::array<std::string_view, 3> usual = {"label", "class", "target"};
  if (const auto found = find_column(table, usual)) return {*found};
  if (options.labels) {
    throw InputError(table.name, "has no column label, class or target",
                     "name the column of the labels with --label-column");
  }
  return {};
}

std::vector<std::string> read_paths(const Table& table, std::size_t column) {
  std::vector<std::string> paths;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    paths.push_back(table.rows[i][column]);
    if (trimmed(paths.back()).empty()) faults.push_back({table.lines[i], "the path is missing"});
  }
  throw_faults(table, faults, "fill the column " + shown(table.header[column]) + " in every row");
  return paths;
}

/// The same for every way of writing one path ("a.png", "./a.png", "b/../a.png"); links are not followed.
std::string plain(const fs::path& root, const std::string& path) {
  return (root / path).lexically_normal().string();
}

void check_paths(const Table& table, const std::vector<std::string>& paths, const fs::path& root) {
  std::unordered_map<std::string, std::size_t> first_lines;
  std::vector<Fault> repeated, missing;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto [first, is_new] = first_lines.emplace(plain(root, paths[i]), table.lines[i]);
    if (!is_new) {
      repeated.push_back(
          {table.lines[i], shown(paths[i]) + " was already given in line " + std::to_string(first->second)});
    }
    std::error_code error;
    const fs::file_type type = fs::status(root / paths[i], error).type();
    if (type == fs::file_type::directory) {
      missing.push_back({table.lines[i], shown(paths[i]) + " is a folder"});
    } else if (type == fs::file_type::not_found) {
      missing.push_back({table.lines[i], shown(paths[i]) + " does not exist"});
    }
  }
  throw_faults(table, missing, "paths are taken from " + root.string());
  throw_faults(table, repeated, "give each image one row");
}

/// What spreadsheets, pandas and R write where there is no value. "none" and "null" are names like any other.
bool is_missing(std::string_view cell) {
  return cell.empty() || lower_case(cell) == "nan" || cell == "NA" || cell == "N/A";
}

/// "1.0" is "1": a column of whole numbers with gaps comes out of pandas as floats.
std::string class_name(std::string_view cell) {
  const std::size_t dot = cell.find('.');
  if (dot == std::string_view::npos || cell.find_first_not_of('0', dot + 1) != std::string_view::npos) {
    return std::string(cell);
  }
  const std::string_view whole = cell.substr(0, dot);
  const std::string_view digits = whole.substr(!whole.empty() && whole.front() == '-' ? 1 : 0);
  const bool number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  return std::string(number ? whole : cell);
}

void add_labels(DataSet& data, const Table& table, std::size_t column) {
  std::vector<std::string> names;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string_view cell = trimmed(table.rows[i][column]);
    if (is_missing(cell)) faults.push_back({table.lines[i], "no label for " + shown(data.records[i].path)});
    names.push_back(class_name(cell));
  }
  throw_faults(table, faults,
               "fill the column " + shown(table.header[column]) +
                   " in every row, or leave such rows out of the table");
  IndexedClasses indexed = index_classes(table.header[column], names);
  for (std::size_t i = 0; i < data.records.size(); ++i) data.records[i].labels.push_back(indexed.labels[i]);
  data.label_columns.push_back(std::move(indexed.column));
}

void add_splits(DataSet& data, const Table& table, const std::string& name) {
  const std::size_t column = table.column(name);
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string_view cell = trimmed(table.rows[i][column]);
    const std::optional<Split> split = recognise_split(cell);
    if (!split) faults.push_back({table.lines[i], shown(cell) + " is no split"});
    data.records[i].split = split.value_or(Split::none);
  }
  throw_faults(table, faults, "splits are train, training, val, valid, validation, test or testing");
}

void add_groups(DataSet& data, const Table& table, const std::string& name) {
  const std::size_t column = table.column(name);
  std::unordered_map<std::string, std::uint32_t> keys;
  std::size_t without = 0;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::string cell(trimmed(table.rows[i][column]));
    if (is_missing(cell)) {
      ++without;
      continue;
    }
    data.records[i].group = keys.emplace(cell, static_cast<std::uint32_t>(keys.size())).first->second;
  }
  if (without == 0) return;
  data.notes.push_back(std::to_string(without) + " images have no value in the column " + shown(name) +
                       " and are taken to be in no group.");
}

/// Images in the folder that no row names: most often a mistake worth knowing, never a reason to stop.
void note_images_without_row(DataSet& data, const std::vector<std::string>& paths, const fs::path& root) {
  std::unordered_set<std::string> rows;
  for (const std::string& path : paths) rows.insert(plain(root, path));
  std::size_t without = 0;
  for (const std::string& image : list_files(root).images)
    without += rows.count(plain(root, image)) == 0 ? 1 : 0;
  if (without == 0) return;
  data.notes.push_back(std::to_string(without) +
                       " images in the folder have no row in the table and were passed over.");
}

/// Throws InputError where some are and others are not.
bool are_volumes(const std::vector<std::string>& paths, const Table& table) {
  const auto volumes =
      std::ranges::count_if(paths, [](const std::string& path) { return has_nifti_suffix(path); });
  if (volumes == 0 || static_cast<std::size_t>(volumes) == paths.size()) return volumes > 0;
  throw InputError(table.name, "names " + std::to_string(volumes) + " volumes among other images",
                   "give volumes a table of their own");
}

/// Frames of the DICOM files that rows name, by the path in the row.
std::unordered_map<std::string, std::vector<FoundImage>> dicom_frames(const std::vector<std::string>& paths,
                                                                      const fs::path& root,
                                                                      const ReadOptions& options) {
  std::vector<char> dicom(paths.size());
  parallel_stage(
      "looking for DICOM files", paths.size(), options.threads, *options.progress,
      [&](std::size_t i) { dicom[i] = !has_image_suffix(paths[i]) && seems_dicom(root / paths[i]) ? 1 : 0; });
  std::vector<std::string> files;
  std::unordered_map<std::string, std::vector<FoundImage>> frames;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (dicom[i] != 0) files.push_back(paths[i]);
  }
  for (FoundImage& image : find_images(root, files, {}, options).images) {
    frames[image.image.file].push_back(std::move(image));
  }
  // One without an image stays in, so that reading it says why it cannot be used.
  for (const std::string& file : files) {
    if (frames.count(file) == 0) frames[file].push_back({file, {file, 0, ""}, 0});
  }
  return frames;
}

/// The pixels of all rows. A row of a DICOM file with several frames becomes as many records; where no column
/// tells of groups, DICOM files are grouped by patient.
std::shared_ptr<const PixelSource> row_images(DataSet& data, const std::vector<std::string>& paths,
                                              const fs::path& root, const ReadOptions& options) {
  const auto frames = dicom_frames(paths, root, options);
  std::vector<FoundImage> images;
  std::vector<Record> records;
  for (const Record& row : data.records) {
    const auto found = frames.find(row.path);
    if (found == frames.end()) {
      images.push_back({row.path, {row.path, std::nullopt, ""}, 0});
      records.push_back(row);
    } else {
      for (const FoundImage& frame : found->second) {
        images.push_back(frame);
        records.push_back(row);
        records.back().path = frame.path;
      }
    }
  }
  std::vector<std::optional<std::uint32_t>> patients = groups_of(images);
  std::vector<FileImage> files;
  for (std::size_t i = 0; i < images.size(); ++i) {
    records[i].source = i;
    if (!options.group_column) records[i].group = patients[i];
    files.push_back(std::move(images[i].image));
  }
  data.records = std::move(records);
  return std::make_shared<ImageFiles>(root, std::move(files), options);
}

}  // namespace

DataSet open_table(const fs::path& table_path, const fs::path& image_root, const ReadOptions& options) {
  const Table table = read_table(table_path);
  if (table.rows.empty())
    throw InputError(table.name, "has a header and no rows", "give one row for each image");
  std::vector<std::string> paths = read_paths(table, path_column(table, options));
  const std::vector<std::size_t> labels = label_columns(table, options);
  check_paths(table, paths, image_root);

  DataSet data;
  data.records.resize(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    data.records[i].path = paths[i];
    data.records[i].source = i;
  }
  for (const std::size_t column : labels) add_labels(data, table, column);
  if (options.split_column) add_splits(data, table, *options.split_column);
  if (options.group_column) add_groups(data, table, *options.group_column);
  std::sort(data.records.begin(), data.records.end(),
            [](const Record& a, const Record& b) { return a.path < b.path; });
  if (labels.empty()) {
    data.notes.push_back("The table has no column label, class or target, so that the data have no labels.");
  }
  if (are_volumes(paths, table)) {
    std::vector<fs::path> files;
    for (const std::string& each : paths) files.push_back(image_root / each);
    return named(slices_of_volumes(std::move(data), files, options), options.labels ? image_root : table_path,
                 "table");
  }
  if (options.labels) note_images_without_row(data, paths, image_root);
  data.pixels = row_images(data, paths, image_root, options);
  return named(std::move(data), options.labels ? image_root : table_path, "table");
}

}  // namespace fathom
