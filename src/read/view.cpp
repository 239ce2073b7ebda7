#include "fathom/read/view.h"

#include <array>

#include "fathom/core/error.h"

namespace fathom {

namespace {

struct NamedView {
  View view;
  std::string_view name;
};

constexpr std::array<NamedView, 7> views = {{{View::stored, "stored"},
                                             {View::window, "window"},
                                             {View::ct_brain, "ct:brain"},
                                             {View::ct_subdural, "ct:subdural"},
                                             {View::ct_bone, "ct:bone"},
                                             {View::percentile, "percentile"},
                                             {View::published, "published"}}};

}  // namespace

std::vector<std::string> view_names() {
  std::vector<std::string> names;
  for (const NamedView& each : views) names.emplace_back(each.name);
  return names;
}

std::string_view view_name(View view) {
  for (const NamedView& each : views) {
    if (each.view == view) return each.name;
  }
  throw InternalError("unknown view");
}

View parse_view(std::string_view name) {
  for (const NamedView& each : views) {
    if (each.name == name) return each.view;
  }
  std::string known;
  for (const NamedView& each : views) known += (known.empty() ? "" : ", ") + std::string(each.name);
  throw UsageError("--view", "there is no view \"" + std::string(name) + "\"", "use one of: " + known);
}

}  // namespace fathom
