// The page as web/ makes it, in pieces no longer than a compiler must take, and without the results.
#pragma once

#include <span>
#include <string_view>

namespace fathom {

/// The documents, a JSON array, go between `head` and `middle`; the images, another, between `middle` and
/// `tail`. All are empty in a build without the page.
struct PageTemplate {
  std::span<const std::string_view> head, middle, tail;
};

PageTemplate page_template();

}  // namespace fathom
