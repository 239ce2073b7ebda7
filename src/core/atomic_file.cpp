#include "fathom/core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path, int reason) {
  throw InputError(path.string(), std::string("cannot be written (") + std::strerror(reason) + ")",
                   "choose a folder that exists, is writable and has space");
}

/// 0, or the error number of what went wrong.
int write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

/// mkostemp makes the file private; a result is as readable as any other file the user makes. 0, or the
/// error number.
int make_readable(int file) {
  const mode_t mask = umask(0);
  umask(mask);
  return fchmod(file, 0666 & ~mask) == 0 ? 0 : errno;
}

/// Brings a new name to the disk.
void flush_folder_of(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const int opened = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;  // a folder that may be written to but not listed
  fsync(opened);
  close(opened);
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), target_(path_) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path_, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
    // A device or a pipe (/dev/null, /dev/fd/63): a rename would replace it by a file.
    file_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    if (fs::is_regular_file(status)) target_ = fs::canonical(path_, ignored);
    temporary_ = target_.string() + ".XXXXXX";
    file_ = mkostemp(temporary_.data(), O_CLOEXEC);
  }
  if (file_ < 0) fail(path_, errno);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  close_file();
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  check(write_all(file_, bytes));
}

void AtomicFile::finish() {
  if (temporary_.empty()) return close_file();
  check(make_readable(file_));
  if (fsync(file_) != 0) check(errno);
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) check(errno);
  close_file();
  flush_folder_of(target_);
}

void AtomicFile::close_file() {
  close(file_);
  file_ = -1;
}

void AtomicFile::check(int error) const {
  if (error != 0) fail(path_, error);
}

void write_file(const fs::path& path, std::string_view contents) {
  AtomicFile file(path);
  file.write(contents);
  file.finish();
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
  flush_folder_of(to);
}

}  // namespace fathom
