// Output files appear whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace fathom {

/// A file that is written in pieces beside `path`, flushed to disk and renamed over `path` when it is whole.
///
/// A device or a pipe at `path` is written into; of a link, the file it leads to is replaced. Every function
/// throws InputError naming the path when it fails (no folder, no permission, disk full); nothing of a failed
/// or unfinished write stays behind, and an earlier file at `path` is left as it was.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  /// Without finish(), nothing was written.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Once, at the end.
  void finish();

 private:
  void close_file();
  void check(int error) const;

  std::filesystem::path path_;    ///< as the user named it
  std::filesystem::path target_;  ///< what is replaced
  std::string temporary_;         ///< empty: written in place
  int file_;
};

/// An AtomicFile written at once.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Renames `from` to `to`, in place of an earlier file there, and brings the new name to the disk.
/// Throws InputError naming `to`.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace fathom
