// Results as one HTML file that opens from disk: figures, tables and words, without a network.
//
// Its policy (Content-Security-Policy) forbids every connection and every script but its own. What comes from
// data (names of files, classes and data sets) cannot leave the JSON it stands in, and the page shows it as
// text alone.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace fathom {

/// A small picture of an image that a document names.
struct PageImage {
  std::size_t dataset = 0;  ///< index into the document's `datasets`
  std::string path;         ///< of the image, as the document names it
  std::string png;          ///< bytes of a PNG file
};

/// False where Fathom was built without the page (FATHOM_PAGE): there is none to write then.
bool has_html_page();

/// The page of one or more JSON documents: fathom.measure/1, fathom.represent/1, fathom.study/1.
/// `images` belong to the first document. Needs has_html_page().
std::string html_page(std::span<const std::string> documents, std::span<const PageImage> images = {});

}  // namespace fathom
