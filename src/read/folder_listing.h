// Every image file below a folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace fathom {

struct FolderListing {
  std::vector<std::string> images;  ///< relative to the folder, '/' between names, ordered by bytes
  std::size_t other_files = 0;      ///< files passed over for their suffix; hidden ones are not counted
};

/// Lists by suffix, in all sub-folders; hidden files and folders are passed over and links followed.
///
/// Throws InputError naming it: no such folder, a folder that cannot be read, a link that leads back to a
/// folder above it.
FolderListing list_images(const std::filesystem::path& folder);

}  // namespace fathom
