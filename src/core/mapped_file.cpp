#include "fathom/core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

InputError unreadable(const fs::path& path, int reason) {
  return {path.string(), std::string("cannot be read (") + std::strerror(reason) + ")",
          "check the path and its permissions"};
}

InputError unwritable(const fs::path& path, int reason) {
  return {path.string(), std::string("cannot be written (") + std::strerror(reason) + ")",
          "choose a folder that exists, is writable and has space"};
}

/// 0, or the error number of what went wrong. Space is taken now: a write to memory cannot report a full
/// disk.
int reserve(int file, std::uint64_t from, std::uint64_t to) {
  if (from >= to) return 0;
  int error = EINTR;
  while (error == EINTR) {
    error = posix_fallocate(file, static_cast<off_t>(from), static_cast<off_t>(to - from));
  }
  return error;
}

}  // namespace

MappedFile::MappedFile(fs::path path, int file, bool writable)
    : path_(std::move(path)), file_(file), writable_(writable) {}

MappedFile::~MappedFile() {
  unmap();
  close(file_);
}

std::shared_ptr<const MappedFile> MappedFile::read(const fs::path& path) {
  // Not blocking: opening a pipe that nobody writes to would wait for ever.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw unreadable(path, errno);
  const std::shared_ptr<MappedFile> mapped(new MappedFile(path, file, false));
  mapped->map();
  return mapped;
}

std::shared_ptr<MappedFile> MappedFile::update(const fs::path& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw unwritable(path, errno);
  const std::shared_ptr<MappedFile> mapped(new MappedFile(path, file, true));
  mapped->map();
  return mapped;
}

std::shared_ptr<MappedFile> MappedFile::create(const fs::path& path, std::uint64_t bytes) {
  // An earlier file is left to whoever still has it mapped.
  if (unlink(path.c_str()) != 0 && errno != ENOENT) throw unwritable(path, errno);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) throw unwritable(path, errno);
  const std::shared_ptr<MappedFile> mapped(new MappedFile(path, file, true));
  try {
    mapped->resize(bytes);
  } catch (const InputError&) {
    unlink(path.c_str());
    throw;
  }
  return mapped;
}

std::span<std::byte> MappedFile::bytes() {
  FATHOM_CHECK(writable_);
  return {bytes_, size_};
}

void MappedFile::flush(std::size_t begin, std::size_t end) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  begin = begin / page * page;
  end = std::min(end, size_);
  if (begin >= end) return;
  if (msync(bytes_ + begin, end - begin, MS_SYNC) != 0) fail(errno);
  // Only a hint: pages that stay are no harm.
  madvise(bytes_ + begin, end - begin, MADV_DONTNEED);
}

void MappedFile::resize(std::uint64_t bytes) {
  unmap();
  struct stat status = {};
  if (fstat(file_, &status) != 0) fail(errno);
  const auto before = static_cast<std::uint64_t>(status.st_size);
  if (bytes < before && ftruncate(file_, static_cast<off_t>(bytes)) != 0) fail(errno);
  if (const int error = reserve(file_, before, bytes)) fail(error);
  map();
}

void MappedFile::map() {
  struct stat status = {};
  if (fstat(file_, &status) != 0) fail(errno);
  if (!S_ISREG(status.st_mode)) {
    throw InputError(path_.string(), "is not a regular file", "give the file itself");
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  void* const place =
      mmap(nullptr, size_, writable_ ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file_, 0);
  if (place == MAP_FAILED) {
    size_ = 0;
    fail(errno);
  }
  bytes_ = static_cast<std::byte*>(place);
}

void MappedFile::unmap() {
  if (bytes_ != nullptr) munmap(bytes_, size_);
  bytes_ = nullptr;
  size_ = 0;
}

void MappedFile::fail(int reason) const {
  throw writable_ ? unwritable(path_, reason) : unreadable(path_, reason);
}

}  // namespace fathom
