#include "read/image_files.h"

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

namespace fathom {

namespace fs = std::filesystem;

ImageFiles::ImageFiles(fs::path root, std::vector<std::string> names, const ImageLimits& limits)
    : root_(std::move(root)), names_(std::move(names)), limits_(limits) {
  std::error_code error;
  whole_root_ = fs::canonical(root_, error).string();
  if (error) whole_root_ = fs::absolute(root_).string();
}

Hash128 ImageFiles::identity(std::size_t source) const {
  std::vector<std::uintmax_t> numbers{limits_.max_side, limits_.max_pixels};
  struct stat status = {};
  if (stat((root_ / names_[source]).c_str(), &status) == 0) {
    numbers.push_back(static_cast<std::uintmax_t>(status.st_size));
    numbers.push_back(static_cast<std::uintmax_t>(status.st_mtim.tv_sec));
    numbers.push_back(static_cast<std::uintmax_t>(status.st_mtim.tv_nsec));
  }
  // No path holds a NUL, so that no two of these texts run together to the same bytes.
  std::string text = whole_root_;
  text += '\0';
  text += names_[source];
  for (const std::uintmax_t number : numbers) {
    text += '\0';
    text += std::to_string(number);
  }
  return hash128(std::as_bytes(std::span(text)));
}

}  // namespace fathom
