#include "catalog/locate.h"

#include <algorithm>
#include <system_error>

#include "fathom/core/error.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

bool there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) && !error;
}

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : " or ") + std::string(name);
  return text;
}

std::vector<std::string> entries(const fs::path& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name.front() != '.' && entry->is_directory(ignored) == folders) names.push_back(name);
  }
  if (error) {
    throw InputError(folder.string(), "cannot be read (" + error.message() + ")",
                     "check the path and its permissions");
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::optional<fs::path> find_home(const fs::path& folder, std::span<const std::string_view> names,
                                  std::span<const std::string_view> below) {
  for (const std::string_view sub : below) {
    const fs::path home = sub.empty() ? folder : folder / sub;
    if (find_in(home, names)) return home;
  }
  return std::nullopt;
}

fs::path home_of(const CatalogRequest& request, std::span<const std::string_view> names,
                 std::span<const std::string_view> below) {
  const std::optional<fs::path> home = find_home(request.folder, names, below);
  if (home) return *home;
  refuse_download(request, request.folder, "holds no " + listed(names));
}

std::optional<fs::path> find_in(const fs::path& folder, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (there(folder / name)) return folder / name;
  }
  return std::nullopt;
}

fs::path file_in(const CatalogRequest& request, const fs::path& folder,
                 std::span<const std::string_view> names) {
  const std::optional<fs::path> file = find_in(folder, names);
  if (file) return *file;
  refuse_download(request, folder, "holds no " + listed(names));
}

void refuse_download(const CatalogRequest& request, const fs::path& where, const std::string& reason) {
  throw InputError(where.string(), reason + ", which " + request.card.title + " has",
                   "lay the download out as `fathom catalog " + request.card.name + "` shows");
}

std::vector<std::string> sub_folders(const fs::path& folder) {
  return entries(folder, true);
}

std::vector<std::string> files_of(const fs::path& folder) {
  return entries(folder, false);
}

}  // namespace fathom
