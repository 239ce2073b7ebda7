#include "output_file.h"

#include <unistd.h>

#include <filesystem>

#include "fathom/core/error.h"

namespace fathom {

void check_output(const std::string& option, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw UsageError(option, path + " is a folder", "name a file");
  const fs::path parent = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  if (!fs::is_directory(parent, ignored)) {
    throw UsageError(option, "the folder of " + path + " does not exist", "make it first, or name another");
  }
  if (access(parent.c_str(), W_OK) != 0) {
    throw UsageError(option, "the folder of " + path + " cannot be written to", "name another");
  }
}

}  // namespace fathom
