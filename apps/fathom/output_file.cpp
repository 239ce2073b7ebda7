#include "output_file.h"

#include <unistd.h>

#include <filesystem>

#include "fathom/core/error.h"
#include "fathom/report/html_page.h"

namespace fathom {

namespace fs = std::filesystem;

void check_output(const std::string& option, const std::string& path) {
  if (path == "-") return;
  if (path.empty()) throw UsageError(option, "names no file", "name a file, or - for standard output");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) throw UsageError(option, path + " is a folder", "name a file");
  if (fs::exists(status) && access(path.c_str(), W_OK) != 0) {
    throw UsageError(option, path + " exists and cannot be written to", "name another");
  }
  if (fs::exists(status) && !fs::is_regular_file(status))
    return;  // a device or a pipe is written where it is
  const fs::path parent = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  if (!fs::is_directory(parent, error)) {
    throw UsageError(option, "the folder of " + path + " does not exist", "make it first, or name another");
  }
  if (access(parent.c_str(), W_OK | X_OK) != 0) {
    throw UsageError(option, "the folder of " + path + " cannot be written to", "name another");
  }
}

void check_folder(const std::string& option, const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw UsageError(option, path + " is no folder", "name a folder, or one to be made");
  }
}

void check_different(const std::string& option, const std::string& path, const std::string& other_option,
                     const std::string& other_path) {
  std::error_code error;
  const fs::path one = fs::weakly_canonical(path, error), other = fs::weakly_canonical(other_path, error);
  if (path != other_path && (error || one != other)) return;
  throw UsageError(option, (path == "-" ? "standard output" : path) + " is taken by " + other_option,
                   "name another file for one of them");
}

void check_html_output(const std::string& path) {
  if (!has_html_page()) {
    throw UsageError("--html", "this build of Fathom holds no page",
                     "build it again where Node.js and npm are (docs/page.md), or use --json");
  }
  if (path == "-") throw UsageError("--html", "does not go to standard output", "name a file");
  check_output("--html", path);
}

}  // namespace fathom
