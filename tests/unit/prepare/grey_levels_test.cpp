#include "prepare/grey_levels.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "fathom/read/image_file.h"
#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

using made::image;

Protocol scaled(bool published_code = false) {
  Protocol protocol = named_protocol("iclr2024");
  protocol.published_code = published_code;
  return protocol;
}

std::vector<int> bytes_of(const GreyLevels& levels) {
  EXPECT_EQ(levels.image.type(), PixelType::uint8);
  const auto pixels = levels.image.pixels<std::uint8_t>();
  return {pixels.begin(), pixels.end()};
}

template <class T>
std::vector<T> up_to(T maximum, std::size_t step = 1) {
  std::vector<T> values;
  for (std::size_t v = 0; v < maximum; v += step) values.push_back(static_cast<T>(v));
  values.push_back(maximum);
  return values;
}

// floor(255 v / m) found by counting, so that no division of the code under test is repeated.
int floor_by_counting(std::uint64_t v, std::uint64_t m) {
  int level = 0;
  while (static_cast<std::uint64_t>(level + 1) * m <= 255 * v) ++level;
  return level;
}

TEST(GreyLevels, ScalingIsAnExactIntegerDivisionFor8Bits) {
  for (unsigned m = 1; m <= 255; ++m) {
    const auto values = up_to(static_cast<std::uint8_t>(m));
    const GreyLevels levels = grey_levels(image(1, values.size(), 1, values), "a", scaled(), true);
    const std::vector<int> out = bytes_of(levels);
    for (std::size_t v = 0; v < out.size(); ++v)
      ASSERT_EQ(out[v], floor_by_counting(v, m)) << v << " of " << m;
    EXPECT_FALSE(levels.black);
    EXPECT_EQ(levels.full_scale, 255.0);
    EXPECT_FLOAT_EQ(levels.contrast, static_cast<float>(m) / 255.0f);
  }
}

TEST(GreyLevels, ScalingIsAnExactIntegerDivisionFor16Bits) {
  for (const unsigned m : {1u, 2u, 254u, 255u, 256u, 257u, 1000u, 4095u, 12345u, 32767u, 65534u, 65535u}) {
    const auto values = up_to(static_cast<std::uint16_t>(m), 1 + m / 3000);
    const std::vector<int> out =
        bytes_of(grey_levels(image(1, values.size(), 1, values), "a", scaled(), true));
    for (std::size_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(out[i], floor_by_counting(values[i], m)) << values[i] << " of " << m;
    }
  }
}

TEST(GreyLevels, TheMaximumOfAColourImageIsOverAllChannels) {
  const GreyLevels levels =
      grey_levels(image<std::uint8_t>(1, 2, 3, {10, 20, 100, 0, 50, 99}), "a", scaled(), false);
  EXPECT_EQ(levels.image.channels(), 3u);
  EXPECT_EQ(bytes_of(levels), (std::vector<int>{25, 51, 255, 0, 127, 252}));
}

TEST(GreyLevels, AMaximumOf255ChangesNothing) {
  const auto values = made::pattern(16, 16, 1);
  ASSERT_EQ(*std::ranges::max_element(values), 255);
  const std::vector<int> out = bytes_of(grey_levels(image(16, 16, 1, values), "a", scaled(), true));
  EXPECT_TRUE(std::ranges::equal(out, values));
}

// By hand: Y = 2125 R + 7154 G + 721 B, largest 7154 * 200 = 1430800; floor(255 Y / 1430800).
TEST(GreyLevels, LuminanceIsAnIntegerRatio) {
  const Image colour = image<std::uint8_t>(1, 4, 3, {0, 200, 0, 200, 0, 0, 0, 0, 200, 7, 11, 13});
  const GreyLevels levels = grey_levels(colour, "a", scaled(), true);
  EXPECT_EQ(levels.image.channels(), 1u);
  EXPECT_EQ(bytes_of(levels), (std::vector<int>{255, 75, 25, 18}));
}

std::vector<std::uint8_t> colour_pattern() {  // (37 y^2 + 101 x + 59 x y + 83 c^2 + 13) mod 251, 6 x 7 x 3
  std::vector<std::uint8_t> values;
  for (unsigned y = 0; y < 6; ++y) {
    for (unsigned x = 0; x < 7; ++x) {
      for (unsigned c = 0; c < 3; ++c) {
        values.push_back(
            static_cast<std::uint8_t>((37 * y * y + 101 * x + 59 * x * y + 83 * c * c + 13) % 251));
      }
    }
  }
  return values;
}

// NumPy: Y = 2125 R + 7154 G + 721 B in int64, Y * 255 // Y.max(). scikit-image's rgb2gray followed by
// (y * 255.0 / y.max()).astype(uint8) gives the same here.
const std::vector<int> kColourLevels = {86,  197, 91,  143, 255, 89,  200, 127, 85,  203, 102, 61, 178, 78,
                                        249, 214, 178, 143, 108, 73,  96,  176, 206, 236, 48,  77, 107, 78,
                                        185, 62,  98,  193, 70,  106, 200, 57,  159, 100, 202, 85, 245, 128};

TEST(GreyLevels, LuminanceEqualsNumPy) {
  EXPECT_EQ(bytes_of(grey_levels(image(6, 7, 3, colour_pattern()), "a", scaled(), true)), kColourLevels);
}

TEST(GreyLevels, PublishedLuminanceEqualsScikitImage) {
  EXPECT_EQ(bytes_of(grey_levels(image(6, 7, 3, colour_pattern()), "a", scaled(true), true)), kColourLevels);
}

TEST(GreyLevels, LuminanceOf16BitsEqualsNumPy) {
  const auto eight = colour_pattern();
  std::vector<std::uint16_t> values;  // 257 v + 31 x + 7 y + c
  for (std::size_t i = 0; i < eight.size(); ++i) {
    const std::size_t c = i % 3, x = i / 3 % 7, y = i / 21;
    values.push_back(static_cast<std::uint16_t>(257 * eight[i] + 31 * x + 7 * y + c));
  }
  const std::vector<int> expected = {86,  197, 91,  143, 255, 90,  201, 126, 85,  203, 103, 61, 179, 79,
                                     249, 213, 178, 143, 108, 73,  97,  176, 206, 236, 48,  78, 108, 79,
                                     185, 62,  98,  193, 70,  106, 201, 57,  159, 101, 202, 85, 245, 128};
  EXPECT_EQ(bytes_of(grey_levels(image(6, 7, 3, values), "a", scaled(), true)), expected);
  EXPECT_EQ(bytes_of(grey_levels(image(6, 7, 3, values), "a", scaled(true), true)), expected);
}

Image grey_stored_as_rgb(unsigned maximum) {
  const auto values = up_to(static_cast<std::uint8_t>(maximum));
  Image grey = image(1, values.size(), 1, values);
  grey.stored_as_rgb = true;
  return grey;
}

// Made with exact rationals (Python fractions) rounded to float64 after every operation that scikit-image
// 0.19 does on (v, v, v), v = 0..m, with OpenBLAS, whose dot product is fused: x = v * (1 / 255); y = fma(x,
// .0721, fma(x, .2125, x * .7154)); then int(y * 255 / y[m]). With the unfused products of the reference BLAS
// other levels are lost (33 of the 256 of m = 255).
TEST(GreyLevels, PublishedLuminanceLosesTheLevelsThatScikitImageLoses) {
  struct Lost {
    unsigned maximum;
    std::vector<std::size_t> first_values;
    std::size_t all;
  };
  const std::vector<Lost> cases = {{255, {25, 27, 33, 37, 41, 49, 50, 53, 54, 57, 66, 74}, 31},
                                   {254, {}, 0},
                                   {200, {}, 0},
                                   {187, {33, 66, 132}, 3},
                                   {100, {}, 0},
                                   {37, {37}, 1},
                                   {1, {}, 0}};
  for (const Lost& one : cases) {
    const std::vector<int> out =
        bytes_of(grey_levels(grey_stored_as_rgb(one.maximum), "a", scaled(true), true));
    std::vector<std::size_t> lost;
    for (std::size_t v = 0; v < out.size(); ++v) {
      if (out[v] == floor_by_counting(v, one.maximum)) continue;
      EXPECT_EQ(out[v], floor_by_counting(v, one.maximum) - 1);
      lost.push_back(v);
    }
    EXPECT_EQ(lost.size(), one.all) << one.maximum;
    lost.resize(std::min(lost.size(), one.first_values.size()));
    EXPECT_EQ(lost, one.first_values) << one.maximum;
  }
}

TEST(GreyLevels, PublishedLuminanceEqualsScikitImageForEveryMaximum) {
  std::uint64_t hash = 0;  // hash * 1099511628211 + level, for m = 1..255 and v = 0..m
  for (unsigned m = 1; m <= 255; ++m) {
    for (const int level : bytes_of(grey_levels(grey_stored_as_rgb(m), "a", scaled(true), true))) {
      hash = hash * 1099511628211U + static_cast<std::uint64_t>(level);
    }
  }
  EXPECT_EQ(hash, 13913627390565347025U);
}

TEST(GreyLevels, ThePublishedCodeLeavesAGreyFileExact) {
  const auto values = up_to(std::uint8_t{187});
  Image stored_grey = image(1, values.size(), 1, values);
  EXPECT_EQ(bytes_of(grey_levels(stored_grey, "a", scaled(true), true))[33], 45);
  stored_grey.stored_as_rgb = true;
  EXPECT_EQ(bytes_of(grey_levels(stored_grey, "a", scaled(true), true))[33], 44);
  EXPECT_EQ(bytes_of(grey_levels(stored_grey, "a", scaled(true), false))[33], 45) << "a set of colour images";
  EXPECT_EQ(bytes_of(grey_levels(stored_grey, "a", scaled(false), true))[33], 45);
}

TEST(GreyLevels, ABlackImageStaysBlack) {
  for (const bool published : {false, true}) {
    for (const std::size_t channels : {1u, 3u}) {
      for (const bool grey : {false, true}) {
        Image black(2, 2, channels, PixelType::uint8);
        black.stored_as_rgb = channels == 1;
        const GreyLevels levels = grey_levels(black, "a", scaled(published), grey);
        EXPECT_TRUE(levels.black);
        EXPECT_EQ(levels.contrast, 0.0f);
        for (const int value : bytes_of(levels)) EXPECT_EQ(value, 0);
      }
    }
  }
  for (const PixelType type : {PixelType::uint16, PixelType::float32, PixelType::float64}) {
    const GreyLevels levels = grey_levels(Image(1, 3, 1, type), "a", scaled(), true);
    EXPECT_TRUE(levels.black);
    EXPECT_EQ(bytes_of(levels), (std::vector<int>{0, 0, 0}));
  }
}

TEST(GreyLevels, AConstantImageIsNotBlack) {
  const GreyLevels levels = grey_levels(image<std::uint8_t>(1, 2, 1, {9, 9}), "a", scaled(), true);
  EXPECT_FALSE(levels.black);
  EXPECT_EQ(levels.contrast, 0.0f);
  EXPECT_EQ(bytes_of(levels), (std::vector<int>{255, 255}));
}

TEST(GreyLevels, ContrastIsRelativeToTheFullScale) {
  const Protocol native = named_protocol("native");
  EXPECT_FLOAT_EQ(grey_levels(image<std::uint8_t>(1, 2, 1, {51, 102}), "a", native, true).contrast, 0.2f);
  EXPECT_FLOAT_EQ(grey_levels(image<std::uint16_t>(1, 2, 1, {0, 13107}), "a", native, true).contrast, 0.2f);
  EXPECT_FLOAT_EQ(grey_levels(image<float>(1, 2, 1, {-4, 1}), "a", native, true).contrast, 1.25f);
  EXPECT_FLOAT_EQ(grey_levels(image<double>(1, 2, 1, {-1e308, 1e308}), "a", native, true).contrast, 2.0f);
}

TEST(GreyLevels, FullScaleIsThatOfTheType) {
  const Protocol native = named_protocol("native");
  EXPECT_EQ(grey_levels(image<std::uint8_t>(1, 1, 1, {5}), "a", native, true).full_scale, 255.0);
  EXPECT_EQ(grey_levels(image<std::uint16_t>(1, 1, 1, {5}), "a", native, true).full_scale, 65535.0);
  EXPECT_EQ(grey_levels(image<float>(1, 1, 1, {5}), "a", native, true).full_scale, std::nullopt);
  EXPECT_EQ(grey_levels(image<std::uint16_t>(1, 1, 1, {5}), "a", scaled(), true).full_scale, 255.0);
}

TEST(GreyLevels, FullScaleIsThatOfTheBitsAFileUses) {
  Image twelve = image<std::uint16_t>(1, 2, 1, {0, 819});
  twelve.full_scale = 4095.0;
  const GreyLevels levels = grey_levels(twelve, "a", named_protocol("native"), true);
  EXPECT_EQ(levels.full_scale, 4095.0);
  EXPECT_FLOAT_EQ(levels.contrast, 0.2f);
  EXPECT_EQ(grey_levels(twelve, "a", scaled(), true).full_scale, 255.0);
}

TEST(GreyLevels, FloatsAreScaledByTheirMaximum) {
  EXPECT_EQ(bytes_of(grey_levels(image<float>(1, 4, 1, {0.0f, 0.25f, 0.5f, 1.0f}), "a", scaled(), true)),
            (std::vector<int>{0, 63, 127, 255}));
  EXPECT_EQ(bytes_of(grey_levels(image<double>(1, 3, 1, {0.0, 0.6e308, 1.2e308}), "a", scaled(), true)),
            (std::vector<int>{0, 127, 255}));
  EXPECT_EQ(bytes_of(grey_levels(image<double>(1, 3, 1, {0.0, 1e-310, 2e-310}), "a", scaled(), true)),
            (std::vector<int>{0, 127, 255}));
}

TEST(GreyLevels, NegativeFloatsAreRefusedByNameUnlessNative) {
  const Image negative = image<float>(1, 2, 1, {-1.0f, 2.0f});
  try {
    grey_levels(negative, "scan7.npy", scaled(), true);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), "scan7.npy");
    EXPECT_NE(std::string(error.what()).find("iclr2024"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("native"), std::string::npos);
  }
  EXPECT_EQ(grey_levels(negative, "a", named_protocol("native"), true).image.pixels<float>()[0], -1.0f);
}

TEST(GreyLevels, NotFinitePixelsAreNamedByRowAndColumn) {
  const auto reason = [](const Image& bad) -> std::string {
    try {
      grey_levels(bad, "a", named_protocol("native"), true);
    } catch (const ImageError& error) {
      return error.what();
    }
    return "";
  };
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(reason(image<float>(2, 3, 1, {0, 1, 2, 3, nan, 5})), "holds NaN at row 1, column 1");
  EXPECT_EQ(reason(image<float>(2, 2, 3, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -inf})),
            "holds an infinite value at row 1, column 1");
  EXPECT_EQ(reason(image<double>(1, 2, 1, {HUGE_VAL, 0})), "holds an infinite value at row 0, column 0");
}

TEST(GreyLevels, LuminanceWithoutScalingIsFloat32) {
  Protocol grey = named_protocol("native");
  set_channels(grey, "grey");
  const GreyLevels colour =
      grey_levels(image<std::uint8_t>(1, 2, 3, {0, 200, 0, 7, 11, 13}), "a", grey, true);
  ASSERT_EQ(colour.image.type(), PixelType::float32);
  EXPECT_EQ(colour.image.channels(), 1u);
  EXPECT_FLOAT_EQ(colour.image.pixels<float>()[0], 143.08f);
  EXPECT_FLOAT_EQ(colour.image.pixels<float>()[1], 10.2942f);
  EXPECT_EQ(colour.full_scale, 255.0);

  const GreyLevels plain = grey_levels(image<std::uint8_t>(1, 2, 1, {0, 255}), "a", grey, true);
  ASSERT_EQ(plain.image.type(), PixelType::float32);
  EXPECT_EQ(plain.image.pixels<float>()[1], 255.0f);

  const GreyLevels white = grey_levels(image<std::uint16_t>(1, 1, 3, {65535, 65535, 65535}), "a", grey, true);
  EXPECT_EQ(white.image.pixels<float>()[0], 65535.0f);
  EXPECT_EQ(grey_levels(image<double>(1, 1, 1, {0.1}), "a", grey, true).image.pixels<double>()[0], 0.1);
}

TEST(GreyLevels, DroppedAlphaIsPassedOn) {
  Image with_alpha = image<std::uint8_t>(1, 1, 1, {5});
  with_alpha.alpha_dropped = true;
  EXPECT_TRUE(grey_levels(with_alpha, "a", scaled(), true).alpha_dropped);
  EXPECT_FALSE(grey_levels(image<std::uint8_t>(1, 1, 1, {5}), "a", scaled(), true).alpha_dropped);
}

}  // namespace
}  // namespace fathom
