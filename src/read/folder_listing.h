// Every file below a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fathom {

struct FolderListing {
  std::vector<std::string> images;  ///< relative to the folder, '/' between names, ordered by bytes
  std::vector<std::string> others;  ///< files without an image suffix, likewise; hidden ones are left out
};

/// Told apart by suffix, in all sub-folders; hidden files and folders are passed over and links followed.
///
/// Throws InputError naming it: no such folder, a folder that cannot be read, a link that leads back to a
/// folder above it.
FolderListing list_files(const std::filesystem::path& folder);

}  // namespace fathom
