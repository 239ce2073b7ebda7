#include "fathom/core/available_memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fathom {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

/// The number after `key` in a file of lines "key number ...".
std::optional<std::uint64_t> number_after(const fs::path& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    std::uint64_t number = 0;
    if (word == key && file >> number) return number;
  }
  return std::nullopt;
}

/// Nothing where the file holds no number, such as "max".
std::optional<std::uint64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

std::uint64_t available_on_machine() {
  const auto kibibytes = number_after("/proc/meminfo", "MemAvailable:");
  return kibibytes ? *kibibytes * 1024 : kUnknown;
}

struct GroupFiles {
  const char *limit, *usage, *file_cache;
};

/// Of one control group. File pages that nobody has used for a while can be dropped, and so are no usage.
std::uint64_t available_in(const fs::path& group, const GroupFiles& files) {
  const auto limit = number_in(group / files.limit), usage = number_in(group / files.usage);
  if (!limit || !usage) return kUnknown;
  const std::uint64_t cache = number_after(group / "memory.stat", files.file_cache).value_or(0);
  const std::uint64_t used = *usage - std::min(*usage, cache);
  return *limit - std::min(*limit, used);
}

/// The group below `root` that this process is in; a container may show its own as the root itself.
std::uint64_t available_under(const fs::path& root, const std::string& own, const GroupFiles& files) {
  std::uint64_t available = available_in(root, files);
  fs::path group = root;
  for (const fs::path& part : fs::path(own).relative_path()) {
    group /= part;
    available = std::min(available, available_in(group, files));
  }
  return available;
}

/// Lines of /proc/self/cgroup: "0::/path" (version 2), "4:memory:/path" (version 1).
std::uint64_t available_in_groups() {
  std::uint64_t available = kUnknown;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), own = line.substr(second + 1);
    if (controllers.empty()) {
      available = std::min(available, available_under("/sys/fs/cgroup", own,
                                                      {"memory.max", "memory.current", "inactive_file"}));
    } else if (controllers == "memory") {
      available = std::min(available, available_under("/sys/fs/cgroup/memory", own,
                                                      {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                                       "total_inactive_file"}));
    }
  }
  return available;
}

}  // namespace

std::uint64_t available_memory() {
  return std::min(available_on_machine(), available_in_groups());
}

}  // namespace fathom
