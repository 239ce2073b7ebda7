#include "read/file_identity.h"

#include <sys/stat.h>

#include <span>
#include <system_error>

namespace fathom {

namespace fs = std::filesystem;

std::string whole_path(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::canonical(path, error);
  return error ? fs::absolute(path).string() : whole.string();
}

Hash128 file_identity(const std::string& root, const std::string& name, std::vector<std::uintmax_t> numbers) {
  struct stat status = {};
  if (stat((fs::path(root) / name).c_str(), &status) == 0) {
    numbers.push_back(static_cast<std::uintmax_t>(status.st_size));
    numbers.push_back(static_cast<std::uintmax_t>(status.st_mtim.tv_sec));
    numbers.push_back(static_cast<std::uintmax_t>(status.st_mtim.tv_nsec));
  }
  // No path holds a NUL, so that no two of these texts run together to the same bytes.
  std::string text = root;
  text += '\0';
  text += name;
  for (const std::uintmax_t number : numbers) {
    text += '\0';
    text += std::to_string(number);
  }
  return hash128(std::as_bytes(std::span(text)));
}

}  // namespace fathom
