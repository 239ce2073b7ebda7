#include "catalog/image_rows.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/image_files.h"
#include "read/table_text.h"

namespace fathom {

namespace fs = std::filesystem;

std::optional<std::uint32_t> GroupNumbers::of(const std::string& key) {
  if (key.empty()) return std::nullopt;
  return numbers_.emplace(key, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

void drop_repeated(ImageRows& rows) {
  std::vector<ImageRow>& all = rows.rows;
  std::vector<std::uint32_t> by_path(all.size());
  std::iota(by_path.begin(), by_path.end(), 0u);
  std::ranges::stable_sort(by_path, {}, [&](std::uint32_t i) -> const std::string& { return all[i].path; });
  std::vector<bool> repeats(all.size());
  std::optional<std::pair<std::uint32_t, std::uint32_t>> conflict;  // the first row with another label
  for (std::size_t i = 1, first = 0; i < by_path.size(); ++i) {
    if (all[by_path[i]].path != all[by_path[first]].path) {
      first = i;
      continue;
    }
    repeats[by_path[i]] = true;
    if (all[by_path[i]].label == all[by_path[first]].label) continue;
    if (!conflict || by_path[i] < conflict->second) conflict = {by_path[first], by_path[i]};
  }
  if (conflict) {
    throw InputError(
        line_of(rows.table, all[conflict->second].line),
        "names the image of line " + std::to_string(all[conflict->first].line) + " with another label",
        "take the table as its publisher has it");
  }
  const auto repeated = std::ranges::count(repeats, true);
  if (repeated == 0) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!repeats[i] && kept++ != i) all[kept - 1] = std::move(all[i]);
  }
  all.resize(kept);
  rows.notes.push_back(std::to_string(repeated) +
                       (repeated == 1 ? " row of the table repeats" : " rows of the table repeat") +
                       " an image with the same label, and was passed over.");
}

void check_files(const CatalogRequest& request, const fs::path& root, const ImageRows& rows) {
  std::size_t missing = 0, first_line = 0;
  for (const ImageRow& row : rows.rows) {
    request.options.progress->check();
    std::error_code error;
    if (row.line == 0 || fs::is_regular_file(root / row.path, error)) continue;
    if (missing++ == 0) first_line = row.line;
  }
  if (missing == 0) return;
  throw InputError(
      line_of(rows.table, first_line),
      "names an image that is not in " + root.string() +
          (missing > 1 ? " (" + std::to_string(missing) + " such images)" : ""),
      "complete the download; `fathom catalog " + request.card.name + "` shows what belongs to it");
}

DataSet data_set_of(const CatalogRequest& request, const ImageRows& rows) {
  DataSet data;
  if (rows.column) {
    data.label_columns.push_back(*rows.column);
  } else if (!request.task.classes.empty()) {
    data.label_columns.push_back({request.task.name, request.task.classes});
  }
  GroupNumbers groups;
  data.records.reserve(rows.rows.size());
  for (const ImageRow& row : rows.rows) {
    Record record;
    record.path = row.path;
    if (!data.label_columns.empty()) record.labels = {row.label};
    record.group = groups.of(row.group);
    record.split = row.split;
    record.source = data.records.size();
    data.records.push_back(std::move(record));
  }
  data.notes = rows.notes;
  return data;
}

DataSet image_file_data_set(const CatalogRequest& request, const fs::path& root, ImageRows rows,
                            std::string_view format) {
  drop_repeated(rows);
  check_files(request, root, rows);
  return data_set_of_files(request, root, std::move(rows), format);
}

DataSet data_set_of_files(const CatalogRequest& request, const fs::path& root, ImageRows rows,
                          std::string_view format) {
  DataSet data = data_set_of(request, rows);
  rows = {};  // of many images as large as all that is made of them
  std::vector<FileImage> files;
  files.reserve(data.records.size());
  const std::optional<std::size_t> frame = format == "dicom" ? std::optional<std::size_t>(0) : std::nullopt;
  for (const Record& record : data.records) files.push_back({record.path, frame, ""});
  data.format = format;
  data.pixels = std::make_shared<ImageFiles>(root, std::move(files), request.options);
  return data;
}

void note_left_out(std::vector<std::string>& notes, std::size_t images, const std::string& reason) {
  if (images == 0) return;
  notes.push_back(std::to_string(images) + (images == 1 ? " image was" : " images were") +
                  " left out: " + reason + ".");
}

}  // namespace fathom
