// Image files on disk as a pixel source.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// One image in a file.
struct FileImage {
  std::string file;                  ///< relative to the root, or absolute
  std::optional<std::size_t> frame;  ///< of a DICOM file; nothing: the file is no DICOM
  std::string fault;                 ///< why it cannot be used, whatever it holds; empty: nothing is known
};

/// Source i is images[i].
class ImageFiles : public PixelSource {
 public:
  ImageFiles(std::filesystem::path root, std::vector<FileImage> images, const ReadOptions& options);

  Image read(std::size_t source) const override;
  Hash128 identity(std::size_t source) const override;
  bool medical() const override;

 private:
  std::string whole_root_;  ///< from the root of the file system, without links
  std::filesystem::path root_;
  std::vector<FileImage> images_;
  ImageLimits limits_;
  View view_;
};

}  // namespace fathom
