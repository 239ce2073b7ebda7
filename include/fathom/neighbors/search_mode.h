// How the pairs are searched. Every mode finds the same neighbours at the same distances.
#pragma once

#include <string>
#include <string_view>

namespace fathom {

enum class SearchMode {
  automatic,  ///< the cost model chooses
  tiles,      ///< every pair is compared over all components, once for both rows
  rows,       ///< every row with all others over all components, and its nearest picked at once
  filter,     ///< pairs are ruled out by a proven bound over few components first
};

/// "auto", "tiles", "rows" or "filter".
std::string_view search_mode_name(SearchMode mode);

/// Throws UsageError when the name is not one of them.
SearchMode parse_search_mode(const std::string& name);

}  // namespace fathom
