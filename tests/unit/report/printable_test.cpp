#include "fathom/report/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace fathom {
namespace {

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("a b~/c\\d"), "a b~/c\\d");
  EXPECT_EQ(printable("h\xc3\xa4mo \xff"), "h\xc3\xa4mo \xff");  // UTF-8, and a byte that is none
}

TEST(Printable, ShowsControlCharacters) {
  EXPECT_EQ(printable("a\nb\tc\r"), "a\\nb\\tc\\x0d");
  EXPECT_EQ(printable("\x1b[31m\x7f"), "\\x1b[31m\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

}  // namespace
}  // namespace fathom
