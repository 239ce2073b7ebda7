#include "fathom/core/error.h"

#include <gtest/gtest.h>

#include <string>

namespace fathom {
namespace {

TEST(InputError, ReadsWhereReasonRemedy) {
  const InputError error("a.csv", "has no column \"x\"", "name another");
  EXPECT_STREQ(error.what(), "a.csv: has no column \"x\"; name another");
  EXPECT_EQ(error.where(), "a.csv");
  EXPECT_EQ(error.reason(), "has no column \"x\"");
  EXPECT_EQ(error.remedy(), "name another");
  EXPECT_EQ(error.kind(), InputError::Kind::data);
}

TEST(InputError, WithoutARemedyEndsAtTheReason) {
  EXPECT_STREQ(InputError("a", "b", "").what(), "a: b");
}

TEST(UsageError, IsAnInputErrorOfAnotherKind) {
  try {
    throw UsageError("--size", "is too small", "give more");
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputError::Kind::usage);
    EXPECT_STREQ(error.what(), "--size: is too small; give more");
  }
}

TEST(Check, ThrowsInEveryBuildAndNamesConditionAndPlace) {
  const int three = 3;
  EXPECT_NO_THROW(FATHOM_CHECK(three == 3));
  try {
    FATHOM_CHECK(three == 4);
    FAIL();
  } catch (const InternalError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("three == 4"), std::string::npos);
    EXPECT_NE(text.find("error_test.cpp:"), std::string::npos);
  }
}

}  // namespace
}  // namespace fathom
