// Output files appear whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace fathom {

/// Writes `contents` beside `path`, flushes it to disk and renames it over `path`.
///
/// A device or a pipe at `path` is written into; of a link, the file it leads to is replaced.
/// Throws InputError naming the path when that fails (no folder, no permission, disk full); nothing of a
/// failed write stays behind, and an earlier file at `path` is left as it was.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Renames `from` to `to`, in place of an earlier file there, and brings the new name to the disk.
/// Throws InputError naming `to`.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace fathom
