// Finding a publisher's files in the folder that was given, which may lie a level or two above them.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/entry.h"

namespace fathom {

/// The first of the sub-folders `below` of `folder` ("" is itself) that holds one of `names`.
std::optional<std::filesystem::path> find_home(const std::filesystem::path& folder,
                                               std::span<const std::string_view> names,
                                               std::span<const std::string_view> below);
/// As find_home. Throws InputError where there is none.
std::filesystem::path home_of(const CatalogRequest& request, std::span<const std::string_view> names,
                              std::span<const std::string_view> below);

/// The first of `names` in `folder`. Throws InputError where there is none.
std::filesystem::path file_in(const CatalogRequest& request, const std::filesystem::path& folder,
                              std::span<const std::string_view> names);
std::optional<std::filesystem::path> find_in(const std::filesystem::path& folder,
                                             std::span<const std::string_view> names);

/// The download lacks something: names the folder, what it lacks, and how to see what belongs there.
[[noreturn]] void refuse_download(const CatalogRequest& request, const std::filesystem::path& where,
                                  const std::string& reason);

/// A folder, in the order of names: its sub-folders, or its files. Hidden ones are passed over. Throws
/// InputError for a folder that cannot be read.
std::vector<std::string> sub_folders(const std::filesystem::path& folder);
std::vector<std::string> files_of(const std::filesystem::path& folder);

}  // namespace fathom
