#include "fathom/core/opaque_key.h"

#include <sys/random.h>

#include <array>
#include <span>
#include <string>

#include "fathom/core/error.h"
#include "fathom/core/hash.h"

namespace fathom {

namespace {

using Salt = std::array<char, 32>;

Salt draw_salt() {
  Salt salt{};
  // Up to 256 bytes come whole once the system has started.
  FATHOM_CHECK(getrandom(salt.data(), salt.size(), 0) == static_cast<ssize_t>(salt.size()));
  return salt;
}

}  // namespace

std::uint64_t opaque_key(std::string_view kind, std::string_view identifier) {
  static const Salt salt = draw_salt();
  std::string text(salt.data(), salt.size());
  text += kind;
  text += '\0';
  text += identifier;
  const std::uint64_t key = hash128(std::as_bytes(std::span<const char>(text))).low;
  return key == 0 ? 1 : key;
}

}  // namespace fathom
