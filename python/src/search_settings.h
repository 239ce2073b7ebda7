// How a call searches: what every function that compares rows takes.
#pragma once

#include <string>

#include "fathom/core/simd_level.h"
#include "fathom/neighbors/search_mode.h"

namespace fathom::python {

struct SearchSettings {
  unsigned threads;
  SimdLevel simd;
  SearchMode search;

  /// Throws UsageError for an unknown name.
  SearchSettings(unsigned thread_count, const std::string& simd_text, const std::string& search_text)
      : threads(thread_count), simd(parse_simd_level(simd_text)), search(parse_search_mode(search_text)) {}
};

}  // namespace fathom::python
