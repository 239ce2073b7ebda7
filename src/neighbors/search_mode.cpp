#include "fathom/neighbors/search_mode.h"

#include "fathom/core/error.h"

namespace fathom {

std::string_view search_mode_name(SearchMode mode) {
  switch (mode) {
    case SearchMode::automatic:
      return "auto";
    case SearchMode::tiles:
      return "tiles";
    case SearchMode::rows:
      return "rows";
    case SearchMode::filter:
      return "filter";
  }
  throw InternalError("no such search mode");
}

SearchMode parse_search_mode(const std::string& name) {
  for (const SearchMode mode :
       {SearchMode::automatic, SearchMode::tiles, SearchMode::rows, SearchMode::filter}) {
    if (name == search_mode_name(mode)) return mode;
  }
  throw UsageError("--search", "there is no search mode \"" + name + "\"", "use auto, tiles, rows or filter");
}

}  // namespace fathom
