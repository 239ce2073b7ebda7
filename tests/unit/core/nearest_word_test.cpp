#include "fathom/core/nearest_word.h"

#include <gtest/gtest.h>

#include <vector>

namespace fathom {
namespace {

TEST(NearestWord, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("modles", "models"), 1u);
  const std::vector<std::string> known{"models", "samples", "seeds"};
  EXPECT_EQ(nearest_word("sampels", known), "samples");
  EXPECT_EQ(nearest_word("zebra", known), std::nullopt);
}

}  // namespace
}  // namespace fathom
