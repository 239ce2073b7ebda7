// One process at a time.
#pragma once

#include <filesystem>

namespace fathom {

/// Held as long as it lives, and let go when the process ends in any way. The file is made where it is not
/// there.
class FileLock {
 public:
  /// Throws InputError naming the file: held by another process, no folder, no permission.
  explicit FileLock(std::filesystem::path path);
  /// Removes the file.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace fathom
