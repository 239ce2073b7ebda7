#include "run_owner.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace fathom {

namespace {

/// Field 22 of /proc/PID/stat (proc(5)), in clock ticks after the machine started; empty where there is no
/// such process.
std::string beginning_of(const std::string& process) {
  std::ifstream in("/proc/" + process + "/stat");
  std::string stat;
  std::getline(in, stat);
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return field;
}

/// Processes that can see one another have this in common.
std::string own_place() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::error_code error;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::string id;
  boot >> id;
  return std::string(host.data()) + " " + space + " " + id;
}

std::string name_of(const std::string& process) {
  return own_place() + " " + process + " " + beginning_of(process);
}

}  // namespace

std::string own_name() {
  return name_of(std::to_string(getpid()));
}

bool is_gone(const std::string& owner) {
  const std::string place = own_place() + " ";
  if (!owner.starts_with(place)) return false;
  const std::string process = owner.substr(place.size(), owner.rfind(' ') - place.size());
  return name_of(process) != owner;
}

}  // namespace fathom
