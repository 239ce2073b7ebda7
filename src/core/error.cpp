#include "fathom/core/error.h"

#include <utility>

namespace fathom {

InputError::InputError(std::string where, std::string reason, std::string remedy, Kind kind)
    : std::runtime_error(where + ": " + reason + (remedy.empty() ? "" : "; " + remedy)),
      where_(std::move(where)),
      reason_(std::move(reason)),
      remedy_(std::move(remedy)),
      kind_(kind) {}

namespace detail {
void fail_check(const char* condition, const char* file, int line) {
  throw InternalError(std::string("check failed: ") + condition + " (" + file + ":" + std::to_string(line) +
                      ")");
}
}  // namespace detail

}  // namespace fathom
