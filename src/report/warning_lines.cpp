#include "report/warning_lines.h"

#include <fmt/format.h>

#include "fathom/report/printable.h"

namespace fathom {

namespace {

/// As many as the page shows before it folds the rest.
constexpr std::size_t kShown = 6;

}  // namespace

std::string warning_lines(std::span<const WarningKind> kinds) {
  std::string text;
  for (const WarningKind& kind : kinds) {
    const std::size_t shown = kind.size() > kShown + 1 ? kShown : kind.size();
    for (std::size_t i = 0; i < shown; ++i) text += "warning: " + printable(kind[i]) + "\n";
    if (shown < kind.size()) {
      text += fmt::format("warning: and {} more of this kind: --json has all\n", kind.size() - shown);
    }
  }
  return text;
}

std::vector<std::string> all_of(std::span<const WarningKind> kinds) {
  std::vector<std::string> all;
  for (const WarningKind& kind : kinds) all.insert(all.end(), kind.begin(), kind.end());
  return all;
}

}  // namespace fathom
