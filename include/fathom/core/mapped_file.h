// Files as memory: what is read or written there is the file, and the system decides what of it stays in
// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace fathom {

/// One regular file, mapped whole. It begins at a page, so that an offset into the file is as aligned as it
/// looks.
///
/// A file that somebody else cuts short while it is mapped ends the process (SIGBUS) when its lost part is
/// read.
class MappedFile {
 public:
  /// An existing file, to be read. Throws InputError naming it: not there, no permission, no regular file.
  static std::shared_ptr<const MappedFile> read(const std::filesystem::path& path);
  /// An existing file, to be read and written. Throws as read().
  static std::shared_ptr<MappedFile> update(const std::filesystem::path& path);
  /// A new file of so many zero bytes, in place of an earlier one. The disk has room for all of them: writing
  /// to them cannot fail later. Throws InputError naming it: no folder, no permission, disk full.
  static std::shared_ptr<MappedFile> create(const std::filesystem::path& path, std::uint64_t bytes);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {bytes_, size_}; }
  /// Not of a file that is only read.
  std::span<std::byte> bytes();

  /// Brings bytes [begin, end) to the disk and lets them leave memory. Throws InputError naming the file.
  void flush(std::size_t begin, std::size_t end);
  /// Cuts the file, or adds zero bytes. All places in it are other ones afterwards. Throws as create().
  void resize(std::uint64_t bytes);

 private:
  MappedFile(std::filesystem::path path, int file, bool writable);
  void map();
  void unmap();
  [[noreturn]] void fail(int reason) const;

  std::filesystem::path path_;
  int file_;
  bool writable_;
  std::byte* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// Values that begin `offset` bytes into a mapped file, which they keep mapped.
template <class T>
std::shared_ptr<const T[]> values_at(const std::shared_ptr<const MappedFile>& file, std::size_t offset) {
  return {file, reinterpret_cast<const T*>(file->bytes().data() + offset)};
}

}  // namespace fathom
