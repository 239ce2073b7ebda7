#include "fathom/report/html_page.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {
namespace {

/// What stands between the tags of the element.
std::string content_of(const std::string& page, const std::string& id) {
  const std::string open = "<script type=\"application/json\" id=\"" + id + "\">";
  const std::size_t start = page.find(open) + open.size();
  return page.substr(start, page.find("</script>", start) - start);
}

class HtmlPage : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_html_page()) GTEST_SKIP() << "this build holds no page";
  }
};

TEST_F(HtmlPage, KeepsDocumentsWhole) {
  const std::vector<std::string> documents{
      R"({"schema": "fathom.measure/1", "name": "</script><img src=x onerror=alert(1)>&amp;"})",
      "{\"line\": \"a\xe2\x80\xa8"
      "b\xe2\x80\xa9"
      "c\xe2\x80\xa6\"}"};
  const std::string content = content_of(html_page(documents), "documents");
  EXPECT_EQ(content.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(content.find("\xe2\x80\xa8"), std::string::npos);
  EXPECT_EQ(content.find("\xe2\x80\xa9"), std::string::npos);
  const auto read = nlohmann::json::parse(content);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0], nlohmann::json::parse(documents[0]));
  EXPECT_EQ(read[1], nlohmann::json::parse(documents[1]));
}

TEST_F(HtmlPage, HoldsPicturesInBase64) {
  // RFC 4648, section 10.
  const std::vector<PageImage> images{{0, "a<b", "fooba"}, {1, "c", "foob"}, {1, "d", "foobar"}};
  const std::string page = html_page(std::array<std::string, 1>{"{}"}, images);
  const auto read = nlohmann::json::parse(content_of(page, "thumbnails"));
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0]["path"], "a<b");
  EXPECT_EQ(read[0]["png"], "Zm9vYmE=");
  EXPECT_EQ(read[1]["png"], "Zm9vYg==");
  EXPECT_EQ(read[1]["dataset"], 1);
  EXPECT_EQ(read[2]["png"], "Zm9vYmFy");
}

TEST_F(HtmlPage, AsksForNothing) {
  const std::string page = html_page(std::array<std::string, 1>{"{}"});
  EXPECT_NE(page.find("default-src 'none'; script-src 'sha256-"), std::string::npos);
  EXPECT_EQ(page.find("unsafe-eval"), std::string::npos);
  EXPECT_EQ(page.find("<script src"), std::string::npos);
  EXPECT_EQ(page.find("<link rel=\"stylesheet\""), std::string::npos);
  EXPECT_EQ(page.find("{{"), page.find("{{", page.find("<script>")));  // the template is filled
}

TEST_F(HtmlPage, NeedsADocument) {
  EXPECT_THROW(html_page({}), InternalError);
}

}  // namespace
}  // namespace fathom
