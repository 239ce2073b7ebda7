#include "fathom/core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "fathom/core/error.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path, int reason) {
  throw InputError(path.string(), std::string("cannot be written (") + std::strerror(reason) + ")",
                   "choose a folder that exists, is writable and has space");
}

/// 0, or the error number of what went wrong.
int write_all(int file, std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = write(file, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A device or a pipe (/dev/null, /dev/fd/63) is written where it is: a rename would replace it by a file.
void write_in_place(const fs::path& path, std::string_view contents) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) fail(path, errno);
  const int error = write_all(file, contents);
  close(file);
  if (error != 0) fail(path, error);
}

}  // namespace

void write_file(const fs::path& path, std::string_view contents) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
    return write_in_place(path, contents);
  }
  // Of a link, the file it leads to is replaced, and the link stays.
  const fs::path target = fs::is_regular_file(status) ? fs::canonical(path, ignored) : path;
  std::string temporary = target.string() + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) fail(path, errno);
  int error = write_all(file, contents);
  // mkostemp makes the file private; a result is as readable as any other file the user makes.
  const mode_t mask = umask(0);
  umask(mask);
  if (error == 0 && (fchmod(file, 0666 & ~mask) != 0 || fsync(file) != 0)) error = errno;
  close(file);
  if (error == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return;
  unlink(temporary.c_str());
  fail(path, error);
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
  const fs::path folder = to.has_parent_path() ? to.parent_path() : fs::path(".");
  const int opened = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;  // a folder that may be written to but not listed
  fsync(opened);
  close(opened);
}

}  // namespace fathom
