// Image files on disk as a pixel source.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// Source i is the file names[i], relative to `root` or absolute.
class ImageFiles : public PixelSource {
 public:
  ImageFiles(std::filesystem::path root, std::vector<std::string> names, const ImageLimits& limits);

  Image read(std::size_t source) const override { return read_image_file(root_ / names_[source], limits_); }
  Hash128 identity(std::size_t source) const override;

 private:
  std::string whole_root_;  ///< from the root of the file system, without links
  std::filesystem::path root_;
  std::vector<std::string> names_;
  ImageLimits limits_;
};

}  // namespace fathom
