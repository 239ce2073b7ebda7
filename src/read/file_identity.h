// What tells whether a file is still the one that was read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fathom/core/hash.h"

namespace fathom {

/// From the root of the file system, without links where it exists.
std::string whole_path(const std::filesystem::path& path);

/// Of a file by its path, size and time of modification, and by the numbers that decide what of it is read
/// and how. `root` is a whole path; `name` is relative to it, or absolute.
Hash128 file_identity(const std::string& root, const std::string& name, std::vector<std::uintmax_t> numbers);

}  // namespace fathom
