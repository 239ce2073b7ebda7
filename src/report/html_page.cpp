#include "fathom/report/html_page.h"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <string_view>

#include "fathom/core/error.h"
#include "report/json_parts.h"
#include "report/page_template.h"

namespace fathom {

namespace {

void append(std::string& page, std::span<const std::string_view> pieces) {
  for (const std::string_view piece : pieces) page += piece;
}

/// JSON in which nothing can end or open an element of HTML, or end a line of JavaScript. These characters
/// stand in JSON only inside strings, where an escape means the same.
void append_escaped(std::string& page, std::string_view json) {
  constexpr std::string_view kLineSeparator = "\xe2\x80\xa8", kParagraphSeparator = "\xe2\x80\xa9";
  for (std::size_t at = 0; at < json.size(); ++at) {
    const std::string_view rest = json.substr(at, 3);
    if (json[at] == '<') {
      page += "\\u003c";
    } else if (json[at] == '>') {
      page += "\\u003e";
    } else if (json[at] == '&') {
      page += "\\u0026";
    } else if (rest == kLineSeparator || rest == kParagraphSeparator) {
      page += rest == kLineSeparator ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      page += json[at];
    }
  }
}

std::string base64(std::string_view bytes) {
  using namespace boost::archive::iterators;
  using Encoder = base64_from_binary<transform_width<std::string_view::const_iterator, 6, 8>>;
  std::string text(Encoder(bytes.begin()), Encoder(bytes.end()));
  text.append((3 - bytes.size() % 3) % 3, '=');
  return text;
}

std::string images_json(std::span<const PageImage> images) {
  Json json = Json::array();
  for (const PageImage& image : images) {
    json.push_back({{"dataset", image.dataset}, {"path", image.path}, {"png", base64(image.png)}});
  }
  return text_of(json);
}

}  // namespace

bool has_html_page() {
  return !page_template().head.empty();
}

std::string html_page(std::span<const std::string> documents, std::span<const PageImage> images) {
  FATHOM_CHECK(has_html_page());
  FATHOM_CHECK(!documents.empty());
  const PageTemplate parts = page_template();
  std::string page;
  append(page, parts.head);
  page += '[';
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (i > 0) page += ',';
    append_escaped(page, documents[i]);
  }
  page += ']';
  append(page, parts.middle);
  append_escaped(page, images_json(images));
  append(page, parts.tail);
  return page;
}

}  // namespace fathom
