#include "synth/temporary_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "fathom/core/error.h"

namespace fathom::synth {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_write(const fs::path& target, const std::string& reason) {
  throw InputError(target.string(), "cannot be written (" + reason + ")",
                   "choose a folder whose parent exists, is writable and has space");
}

std::string reason_of(int number) {
  return std::error_code(number, std::generic_category()).message();
}

/// Without the empty last component that a trailing '/' leaves.
fs::path without_trailing_slash(const fs::path& path) {
  return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

void refuse_occupied(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status))
    throw InputError(target.string(), "exists and is not a folder", "choose another name");
  const bool empty = fs::is_empty(target, error);
  if (error) fail_to_write(target, error.message());
  if (!empty)
    throw InputError(target.string(), "exists and is not empty", "choose another name, or remove it first");
}

}  // namespace

TemporaryFolder::TemporaryFolder(const fs::path& target) : target_(without_trailing_slash(target)) {
  refuse_occupied(target_);
  std::string name = target_.string() + ".XXXXXX";
  if (mkdtemp(name.data()) == nullptr) fail_to_write(target_, reason_of(errno));
  folder_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void TemporaryFolder::add_folder(const fs::path& name) {
  std::error_code error;
  fs::create_directory(folder_ / name, error);
  if (error) fail_to_write(target_, error.message());
}

void TemporaryFolder::add_file(const fs::path& name, std::string_view contents) {
  errno = 0;
  std::ofstream file(folder_ / name, std::ios::binary);
  file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
  file.close();
  if (!file) fail_to_write(target_, errno != 0 ? reason_of(errno) : "write failed");
}

void TemporaryFolder::commit() {
  // mkdtemp makes the folder private; a result is as readable as any other folder the user makes.
  const mode_t mask = umask(0);
  umask(mask);
  if (chmod(folder_.c_str(), 0777 & ~mask) != 0) fail_to_write(target_, reason_of(errno));
  // Replaces an empty folder, and fails on one that has been filled in the meantime.
  std::error_code error;
  fs::rename(folder_, target_, error);
  if (error) fail_to_write(target_, error.message());
  folder_.clear();
}

}  // namespace fathom::synth
