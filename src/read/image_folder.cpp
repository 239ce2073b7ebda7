#include "fathom/read/image_folder.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "fathom/core/parallel_stage.h"
#include "read/dicom/found_images.h"
#include "read/folder_classes.h"
#include "read/folder_listing.h"
#include "read/image_files.h"
#include "read/one_data_set.h"

namespace fathom {

namespace {

bool top_folders_are_splits(const std::vector<FoundImage>& images) {
  return std::ranges::all_of(images, [](const FoundImage& image) {
    return recognise_split(top_folder(image.image.file)).has_value();
  });
}

/// The folders that hold an image, below the split.
std::string_view holder_of(const FoundImage& image, bool splits) {
  const std::string_view file = image.image.file;
  return folders(splits ? file.substr(top_folder(file).size() + 1) : file);
}

/// "a/b" of "a/b/c" and 2; all of it where it is no deeper.
std::string_view cut_to_depth(std::string_view folder, std::size_t depth) {
  std::size_t end = 0;
  for (; depth > 0 && end != std::string_view::npos; --depth) end = folder.find('/', end == 0 ? 0 : end + 1);
  return folder.substr(0, end);
}

std::size_t depth_of(std::string_view folder) {
  return folder.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(folder, '/'));
}

/// The deepest level at which a folder holds several patients: folders below it are those of one patient,
/// of a study or of a series. An image whose patient is not known counts as one of its own.
std::size_t depth_of_classes(const std::vector<FoundImage>& images, bool splits) {
  std::size_t deepest = 0;
  for (const FoundImage& image : images) deepest = std::max(deepest, depth_of(holder_of(image, splits)));
  for (std::size_t depth = deepest; depth > 0; --depth) {
    std::map<std::string_view, std::uint64_t> patients;
    for (const FoundImage& image : images) {
      const std::string_view holder = holder_of(image, splits);
      if (depth_of(holder) < depth) continue;
      const auto [first, is_new] = patients.emplace(cut_to_depth(holder, depth), image.patient);
      if (!is_new && (image.patient == 0 || first->second != image.patient)) return depth;
    }
  }
  return 0;
}

/// The class of each image, empty where it lies in no class folder.
std::vector<std::string> classes_of(const std::vector<FoundImage>& images, bool splits, std::size_t depth) {
  std::vector<std::string> classes;
  for (const FoundImage& image : images) {
    classes.emplace_back(last_folder(cut_to_depth(holder_of(image, splits), depth)));
  }
  return classes;
}

/// What there is in a folder, in the order of its records.
struct Contents {
  std::vector<FoundImage> images;
  std::size_t dicom_files = 0, without_image = 0, other_files = 0;
};

Contents look_into(const std::filesystem::path& folder, const ReadOptions& options) {
  FolderListing listing = list_files(folder);
  std::vector<char> dicom(listing.others.size());
  parallel_stage("looking for DICOM files", dicom.size(), options.threads, *options.progress,
                 [&](std::size_t i) { dicom[i] = seems_dicom(folder / listing.others[i]) ? 1 : 0; });
  std::vector<std::string> files;
  for (std::size_t i = 0; i < dicom.size(); ++i) {
    if (dicom[i] != 0) files.push_back(std::move(listing.others[i]));
  }
  Contents contents;
  contents.dicom_files = files.size();
  contents.other_files = dicom.size() - files.size();
  if (files.empty()) {
    for (std::string& name : listing.images) contents.images.push_back({name, {name, std::nullopt, ""}, 0});
    return contents;
  }
  FoundImages found = find_images(folder, files, listing.images, options);
  contents.images = std::move(found.images);
  contents.without_image = found.without_image;
  return contents;
}

void note_passed_over(DataSet& data, std::size_t files, const std::string& what) {
  if (files == 0) return;
  data.notes.push_back(std::to_string(files) + what + (files == 1 ? " was" : " were") + " passed over.");
}

void note_other_files(DataSet& data, const Contents& contents) {
  const auto plural = [](std::size_t count) { return count == 1 ? " file" : " files"; };
  if (contents.dicom_files == 0) {
    note_passed_over(data, contents.other_files,
                     plural(contents.other_files) + std::string(" without an image suffix"));
    return;
  }
  note_passed_over(
      data, contents.other_files,
      plural(contents.other_files) +
          std::string(contents.other_files == 1 ? " that holds no image" : " that hold no image"));
  note_passed_over(data, contents.without_image,
                   std::string(" DICOM") + plural(contents.without_image) + " without an image");
}

/// Classes of a folder that holds DICOM files. `plain`: folders are classes, whoever their images are of.
void add_classes(DataSet& data, const Contents& contents, bool splits, bool plain) {
  constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
  const bool patients = contents.dicom_files > 0 && !plain;
  const std::size_t depth = patients ? depth_of_classes(contents.images, splits) : any;
  const bool folders = std::ranges::any_of(
      contents.images, [&](const FoundImage& image) { return !holder_of(image, splits).empty(); });
  if (depth == 0 && folders) {
    data.notes.push_back(
        "Each folder holds images of one patient, so that folders are not taken for classes and the data "
        "have no labels; --format folder takes them for classes.");
  }
  add_folder_labels(data, classes_of(contents.images, splits, depth));
}

}  // namespace

DataSet open_image_folder(const std::filesystem::path& folder, const ReadOptions& options) {
  refuse_column_options(options);
  Contents contents = look_into(folder, options);
  if (contents.images.empty()) {
    throw InputError(folder.string(),
                     "holds no image file (.jpg, .jpeg, .png, .tif, .tiff, .bmp, .webp, DICOM) among " +
                         std::to_string(contents.other_files + contents.dicom_files) + " files",
                     "give a folder of images, best with one sub-folder for each class");
  }
  const bool splits = top_folders_are_splits(contents.images);
  const std::vector<std::optional<std::uint32_t>> groups = groups_of(contents.images);
  DataSet data;
  data.records.reserve(contents.images.size());
  for (std::size_t i = 0; i < contents.images.size(); ++i) {
    Record record;
    record.path = contents.images[i].path;
    record.source = i;
    record.group = groups[i];
    if (splits) record.split = *recognise_split(top_folder(record.path));
    data.records.push_back(std::move(record));
  }
  add_classes(data, contents, splits, options.format == "folder");
  note_other_files(data, contents);
  std::vector<FileImage> files;
  bool all_dicom = true;
  for (FoundImage& image : contents.images) {
    all_dicom = all_dicom && image.image.frame.has_value();
    files.push_back(std::move(image.image));
  }
  data.pixels = std::make_shared<ImageFiles>(folder, std::move(files), options);
  return named(std::move(data), folder, all_dicom ? "dicom" : "folder");
}

}  // namespace fathom
