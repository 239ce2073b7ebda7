#include "catalog/image_rows.h"

#include <memory>
#include <system_error>
#include <utility>

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
  std::unordered_map<std::string, std::size_t> first;
  std::vector<ImageRow> kept;
  kept.reserve(rows.rows.size());
  std::size_t repeated = 0;
  for (ImageRow& row : rows.rows) {
    const auto [found, is_new] = first.emplace(row.path, kept.size());
    if (is_new) {
      kept.push_back(std::move(row));
      continue;
    }
    const ImageRow& before = kept[found->second];
    if (before.label != row.label) {
      throw InputError(line_of(rows.table, row.line),
                       "names the image of line " + std::to_string(before.line) + " with another label",
                       "take the table as its publisher has it");
    }
    ++repeated;
  }
  rows.rows = std::move(kept);
  if (repeated > 0) {
    rows.notes.push_back(std::to_string(repeated) +
                         (repeated == 1 ? " row of the table repeats" : " rows of the table repeat") +
                         " an image with the same label, and was passed over.");
  }
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
  DataSet data = data_set_of(request, rows);
  std::vector<FileImage> files;
  files.reserve(rows.rows.size());
  const std::optional<std::size_t> frame = format == "dicom" ? std::optional<std::size_t>(0) : std::nullopt;
  for (ImageRow& row : rows.rows) files.push_back({std::move(row.path), frame, ""});
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
