#include "fathom/core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// Whether the file still has a name: its last holder removed it while we waited in line.
bool has_name(int file) {
  struct stat status = {};
  return fstat(file, &status) == 0 && status.st_nlink > 0;
}

}  // namespace

FileLock::FileLock(std::filesystem::path path) : path_(std::move(path)) {
  while (file_ < 0) {
    const int file = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) {
      throw InputError(path_.string(), std::string("cannot be written (") + std::strerror(errno) + ")",
                       "choose a folder that exists, is writable and has space");
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      close(file);
      if (reason == EINTR) continue;
      throw InputError(path_.string(),
                       reason == EWOULDBLOCK
                           ? "is held by another run"
                           : std::string("cannot be locked (") + std::strerror(reason) + ")",
                       reason == EWOULDBLOCK ? "wait for it to end, or use another folder"
                                             : "use a folder on a local disk");
    }
    if (has_name(file)) {
      file_ = file;
    } else {
      close(file);
    }
  }
}

FileLock::~FileLock() {
  unlink(path_.c_str());
  close(file_);
}

}  // namespace fathom
