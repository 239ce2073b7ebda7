#include <memory>
#include <utility>
#include <vector>

#include "fathom/read/dicom.h"
#include "fathom/read/image_folder.h"
#include "read/dicom/found_images.h"
#include "read/one_data_set.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

DataSet open_file(const fs::path& path, const ReadOptions& options) {
  refuse_given_labels(options, "single DICOM");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const FoundImages found = find_images(folder, {path.filename().string()}, {}, options);
  if (found.images.empty()) {
    throw InputError(path.string(), "is DICOM without an image", "give a file or a folder of images");
  }
  if (found.images.size() == 1) {
    DicomFile::read_header(path);  // a damaged file is told of as such
    throw InputError(path.string(), "is a single image", "give the folder that holds the images");
  }
  const auto groups = groups_of(found.images);
  DataSet data;
  std::vector<FileImage> frames;
  for (std::size_t i = 0; i < found.images.size(); ++i) {
    Record record;
    record.path = found.images[i].path;
    record.group = groups[i];
    record.source = i;
    data.records.push_back(std::move(record));
    frames.push_back(found.images[i].image);
  }
  data.pixels = std::make_shared<ImageFiles>(folder, std::move(frames), options);
  return named(std::move(data), path, "dicom");
}

}  // namespace

DataSet open_dicom(const fs::path& path, const ReadOptions& options) {
  if (!fs::is_directory(path)) {
    try {
      return open_file(path, options);
    } catch (const ImageError& error) {
      throw InputError(path.string(), error.what(), "mend the file, or give another");
    }
  }
  DataSet data = open_image_folder(path, options);
  if (!data.pixels->medical()) {
    throw InputError(path.string(), "holds no DICOM file", "leave --format out, or give another folder");
  }
  return data;
}

}  // namespace fathom
