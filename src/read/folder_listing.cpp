#include "read/folder_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/read/image_file.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

InputError unreadable(const fs::path& folder, const std::error_code& reason) {
  return InputError(folder.string(), "cannot be read (" + reason.message() + ")",
                    "check the path and its permissions");
}

InputError loop(const fs::path& link) {
  return InputError(link.string(), "is a link that leads back to itself or to a folder above it",
                    "remove the link");
}

class FolderScan {
 public:
  FolderListing listing;

  void visit(const fs::path& folder, const std::string& prefix) {
    const Identity identity = identify(folder);
    if (std::find(above_.begin(), above_.end(), identity) != above_.end()) throw loop(folder);
    above_.push_back(identity);
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      take(*entry, prefix);
    }
    if (error) throw unreadable(folder, error);
    above_.pop_back();
  }

 private:
  /// Device and inode: the same for a folder whichever way it is reached.
  using Identity = std::pair<dev_t, ino_t>;

  static Identity identify(const fs::path& folder) {
    struct stat status = {};
    if (stat(folder.c_str(), &status) != 0) throw unreadable(folder, {errno, std::generic_category()});
    return {status.st_dev, status.st_ino};
  }

  void take(const fs::directory_entry& entry, const std::string& prefix) {
    const std::string name = entry.path().filename().string();
    if (name.front() == '.') return;
    std::error_code error;
    const bool folder = entry.is_directory(error);
    if (error == std::errc::too_many_symbolic_link_levels) throw loop(entry.path());
    if (folder) {
      visit(entry.path(), prefix + name + '/');
    } else if (has_image_suffix(name)) {
      // A link to nothing is listed too: as an image that cannot be read it is reported, not lost.
      listing.images.push_back(prefix + name);
    } else {
      listing.others.push_back(prefix + name);
    }
  }

  std::vector<Identity> above_;
};

}  // namespace

FolderListing list_files(const fs::path& folder) {
  FolderScan scan;
  scan.visit(folder, "");
  std::sort(scan.listing.images.begin(), scan.listing.images.end());
  std::sort(scan.listing.others.begin(), scan.listing.others.end());
  return std::move(scan.listing);
}

}  // namespace fathom
