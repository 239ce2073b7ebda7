#include "fathom/core/simd_level.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "fathom/core/error.h"

namespace fathom {
namespace {

TEST(SimdLevel, SupportedLevelsAscendFromScalarToTheBest) {
  const auto levels = supported_simd_levels();
  ASSERT_FALSE(levels.empty());
  EXPECT_EQ(levels.front(), SimdLevel::scalar);
  EXPECT_EQ(levels.back(), best_simd_level());
  EXPECT_TRUE(std::ranges::is_sorted(levels));
}

TEST(SimdLevel, NamesAndBack) {
  EXPECT_EQ(simd_name(SimdLevel::scalar), "scalar");
  EXPECT_EQ(simd_name(SimdLevel::avx512_vnni), "avx512-vnni");
  for (const SimdLevel level : supported_simd_levels()) EXPECT_EQ(parse_simd_level(simd_name(level)), level);
  EXPECT_EQ(parse_simd_level("auto"), best_simd_level());
}

TEST(SimdLevel, AnUnknownNameIsRefusedWithThoseThereAre) {
  for (const char* name : {"neon", "", "AVX2"}) {
    try {
      parse_simd_level(name);
      FAIL() << name;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.where(), "--simd");
      EXPECT_NE(error.reason().find("\"" + std::string(name) + "\""), std::string::npos);
      for (const SimdLevel level : supported_simd_levels()) {
        EXPECT_NE(error.remedy().find(simd_name(level)), std::string::npos);
      }
    }
  }
}

TEST(SimdLevel, ALevelThisMachineLacksIsRefused) {
  if (best_simd_level() == SimdLevel::avx512_vnni) GTEST_SKIP() << "this machine runs every level";
  EXPECT_THROW(parse_simd_level("avx512-vnni"), UsageError);
}

}  // namespace
}  // namespace fathom
