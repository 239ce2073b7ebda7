// DICOM files among others -> images in their order, each with its patient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"
#include "fathom/read/dicom.h"
#include "read/image_files.h"

namespace fathom {

/// One image of a folder or of a table.
struct FoundImage {
  std::string path;  ///< the file's, with "#1" and so on behind it for the frames of a file that has several
  FileImage image;
  std::uint64_t patient = 0;  ///< DicomInfo::patient; 0: not known
};

struct FoundImages {
  std::vector<FoundImage> images;
  std::size_t without_image = 0;  ///< DICOM files that hold no image: reports, plans, directories
};

/// True for what is_dicom_file() takes; false for files that cannot be looked into.
bool seems_dicom(const std::filesystem::path& path);

/// Reads the headers of `files`, relative to `root`, and puts their frames into the order that open_dicom
/// tells of; `others`, which are no DICOM, take theirs by name. A file whose header cannot be read stays in:
/// reading it says why. A slice of another size than most of its series is given a fault.
FoundImages find_images(const std::filesystem::path& root, const std::vector<std::string>& files,
                        const std::vector<std::string>& others, const ReadOptions& options);

/// Numbers patients as they first appear; nothing for images whose patient is not known.
std::vector<std::optional<std::uint32_t>> groups_of(const std::vector<FoundImage>& images);

}  // namespace fathom
