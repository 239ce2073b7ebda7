#include "fathom/core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "fathom/core/error.h"

namespace fathom {

void write_file(const std::filesystem::path& path, std::string_view contents) {
  std::string temporary = path.string() + ".XXXXXX";
  const int file = mkstemp(temporary.data());
  const auto fail = [&](int reason) {
    if (file >= 0) {
      close(file);
      unlink(temporary.c_str());
    }
    throw InputError(path.string(), std::string("cannot be written (") + std::strerror(reason) + ")",
                     "choose a folder that exists, is writable and has space");
  };
  if (file < 0) fail(errno);
  std::string_view rest = contents;
  while (!rest.empty()) {
    const ssize_t written = write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  // mkstemp makes the file private; a result is as readable as any other file the user makes.
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(file, 0666 & ~mask) != 0 || fsync(file) != 0) fail(errno);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) fail(errno);
  close(file);
}

}  // namespace fathom
