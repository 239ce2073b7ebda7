#include "read/image_files.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "fathom/read/dicom.h"
#include "read/file_identity.h"

namespace fathom {

ImageFiles::ImageFiles(std::filesystem::path root, std::vector<FileImage> images, const ReadOptions& options)
    : whole_root_(whole_path(root)),
      root_(std::move(root)),
      images_(std::move(images)),
      limits_(options.limits),
      view_(options.view) {}

Image ImageFiles::read(std::size_t source) const {
  const FileImage& image = images_[source];
  if (!image.fault.empty()) throw ImageError(image.fault);
  if (image.frame) return read_dicom(root_ / image.file, *image.frame, view_, limits_);
  return read_image_file(root_ / image.file, limits_);
}

bool ImageFiles::medical() const {
  return std::ranges::any_of(images_, [](const FileImage& image) { return image.frame.has_value(); });
}

Hash128 ImageFiles::identity(std::size_t source) const {
  const FileImage& image = images_[source];
  std::vector<std::uintmax_t> numbers{limits_.max_side, limits_.max_pixels};
  if (image.frame) {
    numbers.push_back(*image.frame);
    numbers.push_back(static_cast<std::uintmax_t>(view_));
  }
  return file_identity(whole_root_, image.file, std::move(numbers));
}

}  // namespace fathom
