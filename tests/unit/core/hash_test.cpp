#include "fathom/core/hash.h"

#include <gtest/gtest.h>

#include <string_view>

namespace fathom {
namespace {

Hash128 of(std::string_view text) {
  return hash128(std::as_bytes(std::span(text)));
}

TEST(Hash128, TextIs32LowerCaseDigitsHighHalfFirst) {
  EXPECT_EQ((Hash128{0x0123456789abcdefu, 0xfedcba9876543210u}).text(), "0123456789abcdeffedcba9876543210");
  EXPECT_EQ((Hash128{0, 1}).text(), "00000000000000000000000000000001");
}

TEST(Hash128, IsXxh3) {
  // `xxhsum -H2` (xxHash 0.8) of nothing and of the three letters.
  EXPECT_EQ(of("").text(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(of("abc").text(), "06b05ab6733a618578af5f94892f3950");
}

TEST(Hash128, TellsOneBitApart) {
  EXPECT_NE(of("abc"), of("abb"));
  EXPECT_EQ(of("abc"), of("abc"));
}

TEST(Hash128, TextReadsBack) {
  const Hash128 hash{0x0123456789abcdefu, 0xfedcba9876543210u};
  EXPECT_EQ(hash.text(), "0123456789abcdeffedcba9876543210");
  EXPECT_EQ(parse_hash(hash.text()), hash);
  for (const char* text : {"", "0123456789abcdeffedcba987654321", "0123456789ABCDEFfedcba9876543210",
                           "0123456789abcdeffedcba98765432100"}) {
    EXPECT_FALSE(parse_hash(text)) << text;
  }
}

}  // namespace
}  // namespace fathom
