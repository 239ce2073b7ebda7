#include "read/image_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

#include "fathom/read/dicom.h"

namespace fathom {

namespace fs = std::filesystem;

ImageFiles::ImageFiles(fs::path root, std::vector<FileImage> images, const ReadOptions& options)
    : root_(std::move(root)), images_(std::move(images)), limits_(options.limits), view_(options.view) {
  std::error_code error;
  whole_root_ = fs::canonical(root_, error).string();
  if (error) whole_root_ = fs::absolute(root_).string();
}

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
  struct stat status = {};
  if (stat((root_ / image.file).c_str(), &status) == 0) {
    numbers.push_back(static_cast<std::uintmax_t>(status.st_size));
    numbers.push_back(static_cast<std::uintmax_t>(status.st_mtim.tv_sec));
    numbers.push_back(static_cast<std::uintmax_t>(status.st_mtim.tv_nsec));
  }
  // No path holds a NUL, so that no two of these texts run together to the same bytes.
  std::string text = whole_root_;
  text += '\0';
  text += image.file;
  for (const std::uintmax_t number : numbers) {
    text += '\0';
    text += std::to_string(number);
  }
  return hash128(std::as_bytes(std::span(text)));
}

}  // namespace fathom
