#include "fathom/read/image_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t height = 7, width = 9;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::string sample(const std::string& name) {
  return contents(fs::path(FATHOM_SAMPLES) / name);
}

Image decode(const std::string& file, const ImageLimits& limits = {}) {
  return decode_image(bytes_of(file), limits);
}

std::string refusal(const std::string& file, const ImageLimits& limits = {}) {
  try {
    decode(file, limits);
  } catch (const ImageError& error) {
    return error.what();
  }
  return "";
}

template <class T>
std::vector<double> values(const Image& image) {
  const auto pixels = image.pixels<T>();
  return {pixels.begin(), pixels.end()};
}

using Formula = std::function<double(std::size_t y, std::size_t x, std::size_t c)>;

std::vector<double> expected(const Formula& formula, std::size_t channels, std::size_t rows = height,
                             std::size_t columns = width) {
  std::vector<double> result;
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t x = 0; x < columns; ++x) {
      for (std::size_t c = 0; c < channels; ++c) result.push_back(formula(y, x, c));
    }
  }
  return result;
}

double ramp(std::size_t y, std::size_t x, std::size_t c) {
  return static_cast<double>((7 * y + 13 * x + 50 * c) % 256);
}
double ramp16(std::size_t y, std::size_t x, std::size_t c) {
  return static_cast<double>((7 * y + 13 * x + 50 * c) % 256 * 251 % 65536);
}
double palette(std::size_t y, std::size_t x, std::size_t c) {
  const std::size_t i = (y + x) % 5;
  return static_cast<double>(c == 0 ? i * 40 : c == 1 ? 255 - i * 30 : i * 7);
}

testing::AssertionResult holds8(const std::string& name, const Formula& formula, std::size_t channels,
                                bool alpha = false) {
  const Image image = decode(sample(name));
  if (image.height() != height || image.width() != width || image.channels() != channels ||
      image.type() != PixelType::uint8) {
    return testing::AssertionFailure() << name << ": " << image.height() << " x " << image.width() << " x "
                                       << image.channels() << " " << pixel_type_name(image.type());
  }
  if (image.alpha_dropped != alpha) return testing::AssertionFailure() << name << ": alpha";
  if (values<std::uint8_t>(image) != expected(formula, channels)) {
    return testing::AssertionFailure() << name << ": other pixels";
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult holds16(const std::string& name, std::size_t channels, bool alpha = false) {
  const Image image = decode(sample(name));
  if (image.channels() != channels || image.type() != PixelType::uint16 || image.alpha_dropped != alpha) {
    return testing::AssertionFailure()
           << name << ": " << image.channels() << " " << pixel_type_name(image.type());
  }
  if (values<std::uint16_t>(image) != expected(ramp16, channels)) {
    return testing::AssertionFailure() << name << ": other pixels";
  }
  return testing::AssertionSuccess();
}

TEST(Png, ReadsEveryColourType) {
  EXPECT_TRUE(holds8("grey8.png", ramp, 1));
  EXPECT_TRUE(holds8("rgb8.png", ramp, 3));
  EXPECT_TRUE(holds8("interlaced.png", ramp, 3));
  EXPECT_TRUE(holds8("palette.png", palette, 3));
}

TEST(Png, Keeps16Bits) {
  EXPECT_TRUE(holds16("grey16.png", 1));
  EXPECT_TRUE(holds16("rgb16.png", 3));
}

TEST(Png, DropsAlphaAndSaysSo) {
  EXPECT_TRUE(holds8("grey_alpha8.png", ramp, 1, true));
  EXPECT_TRUE(holds8("rgba8.png", ramp, 3, true));
  EXPECT_TRUE(holds16("rgba16.png", 3, true));
  EXPECT_TRUE(holds8("palette4_transparent.png", palette, 3, true));
}

TEST(Png, ScalesFewBitsToTheFullRange) {
  for (const auto& [name, levels] : {std::pair{"grey1.png", 2}, {"grey2.png", 4}, {"grey4.png", 16}}) {
    const int white = levels - 1;
    EXPECT_TRUE(holds8(
        name, [&](auto y, auto x, auto) { return static_cast<double>((y + x) % (white + 1)) * 255 / white; },
        1));
  }
}

TEST(Image, EqualChannelsBecomeOne) {
  EXPECT_TRUE(holds8("rgb8_all_grey.png", ramp, 1));
}

TEST(Image, OneDifferingPixelKeepsColour) {
  for (const std::size_t place : {std::size_t{0}, std::size_t{255}, std::size_t{256}, std::size_t{599}}) {
    Image image(20, 30, 3, PixelType::uint16);
    reinterpret_cast<std::uint16_t*>(image.mutable_bytes().data())[3 * place + place % 3] = 1;
    EXPECT_EQ(collapse_equal_channels(image).channels(), 3U) << place;
  }
  EXPECT_EQ(collapse_equal_channels(Image(20, 30, 3, PixelType::float64)).channels(), 1U);
}

TEST(Tiff, ReadsStripsTilesAndPlanes) {
  EXPECT_TRUE(holds8("grey8_strips.tif", ramp, 1));
  EXPECT_TRUE(holds8("rgb8_planes.tif", ramp, 3));
  const Image tiled = decode(sample("rgb8_tiles_18x20.tif"));
  EXPECT_EQ(values<std::uint8_t>(tiled), expected(ramp, 3, 18, 20));
}

TEST(Tiff, ReadsCompressedFiles) {
  EXPECT_TRUE(holds8("grey8_lzw.tif", ramp, 1));
  EXPECT_TRUE(holds8("rgb8_deflate.tif", ramp, 3));
  EXPECT_TRUE(holds8(
      "bilevel_g4.tif", [](auto y, auto x, auto) { return (y + x) % 2 * 255.0; }, 1));
}

TEST(Tiff, ReadsPalettesInvertedGreysAndAlpha) {
  EXPECT_TRUE(holds8("palette.tif", palette, 3));
  EXPECT_TRUE(holds8("grey8_min_is_white.tif", ramp, 1));
  EXPECT_TRUE(holds8("rgba8.tif", ramp, 3, true));
}

TEST(Tiff, Keeps16BitsAndFloats) {
  EXPECT_TRUE(holds16("grey16_big_endian.tif", 1));
  const auto quarter = [](auto y, auto x, auto c) { return ramp(y, x, c) / 4 - 3.5; };
  const Image single = decode(sample("float32.tif"));
  ASSERT_EQ(single.type(), PixelType::float32);
  EXPECT_EQ(values<float>(single), expected(quarter, 1));
  const Image twice = decode(sample("float64.tif"));
  ASSERT_EQ(twice.type(), PixelType::float64);
  EXPECT_EQ(values<double>(twice), expected(quarter, 1));
}

TEST(Tiff, RefusesWhatItCannotMean) {
  EXPECT_TRUE(says(refusal(sample("cmyk.tif")), {"CMYK", "convert"}));
  EXPECT_TRUE(says(refusal(sample("two_pages.tif")), {"several pages"}));
  EXPECT_TRUE(says(refusal(sample("int16.tif")), {"16-bit signed"}));
}

TEST(Bmp, ReadsPalettesColourAndAlpha) {
  EXPECT_TRUE(holds8("grey8.bmp", ramp, 1));
  EXPECT_TRUE(holds8("rgb8.bmp", ramp, 3));
  EXPECT_TRUE(holds8("rgba8.bmp", ramp, 3, true));
}

TEST(WebP, ReadsColourAndAlpha) {
  EXPECT_TRUE(holds8("rgb8.webp", ramp, 3));
  EXPECT_TRUE(holds8("rgba8.webp", ramp, 3, true));
  EXPECT_TRUE(says(refusal(sample("animated.webp")), {"animated"}));
}

TEST(Jpeg, PixelsEqualPillows) {
  for (const auto& [name, channels] : {std::pair{"grey", 1U},
                                       {"colour_420", 3U},
                                       {"colour_444", 3U},
                                       {"colour_progressive", 3U},
                                       {"colour_late", 3U},
                                       {"neutral_444", 1U},
                                       {"neutral_422", 1U},
                                       {"neutral_420", 1U}}) {
    const Image image = decode(sample(std::string(name) + ".jpg"));
    const std::string golden = sample(std::string(name) + ".raw");
    ASSERT_EQ(image.channels(), channels) << name;
    ASSERT_EQ(image.bytes().size(), golden.size()) << name;
    EXPECT_TRUE(std::equal(golden.begin(), golden.end(), image.pixels<char>().begin())) << name;
  }
}

TEST(Jpeg, RefusesCmyk) {
  EXPECT_EQ(refusal(sample("cmyk.jpg")), "CMYK JPEG; convert it to RGB or grey");
}

TEST(Jpeg, DamageIsNeverHidden) {
  // libjpeg only warns of these and invents the rest of the image.
  std::string shortened = sample("colour_444.jpg");
  shortened.resize(shortened.size() - 20);
  EXPECT_TRUE(says(refusal(shortened), {"truncated or corrupt", "Premature end"}));
  std::string neutral = sample("neutral_420.jpg");
  neutral.resize(neutral.size() - 20);
  EXPECT_TRUE(says(refusal(neutral), {"truncated or corrupt", "Premature end"}));
  std::string marker = sample("colour_444.jpg");
  marker.replace(marker.size() - 40, 2, "\xff\xd9");
  EXPECT_TRUE(says(refusal(marker), {"truncated or corrupt"}));
}

TEST(ImageFile, EveryFormatRefusesEveryTruncation) {
  for (const fs::directory_entry& entry : fs::directory_iterator(FATHOM_SAMPLES)) {
    if (!has_image_suffix(entry.path())) continue;
    const std::string whole = contents(entry.path());
    // TIFF directories stand at the end, so that nothing of a cut file can be understood; in the others the
    // pixels stand there. The last bytes of some are padding, which nobody misses.
    for (std::size_t kept = 0; kept + 4 < whole.size(); ++kept) {
      EXPECT_NE(refusal(whole.substr(0, kept)), "")
          << entry.path() << " cut to " << kept << " of " << whole.size();
    }
  }
}

TEST(ImageFile, NoDamageCrashesOrPrints) {
  testing::internal::CaptureStderr();
  std::uint32_t state = 1;
  for (const fs::directory_entry& entry : fs::directory_iterator(FATHOM_SAMPLES)) {
    if (!has_image_suffix(entry.path())) continue;
    const std::string whole = contents(entry.path());
    for (int trial = 0; trial < 200; ++trial) {
      std::string damaged = whole;
      for (int change = 0; change < 3; ++change) {
        // Numerical Recipes' linear congruential generator: the test is the same everywhere.
        state = state * 1664525 + 1013904223;
        damaged[(state >> 8) % damaged.size()] = static_cast<char>(state >> 4);
      }
      refusal(damaged, {.max_side = 4096, .max_pixels = 1 << 20});
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

/// The head of a PNG that claims this size.
std::string png_claiming(std::uint32_t columns, std::uint32_t rows) {
  std::string file = sample("rgb8.png");
  return file.replace(16, 8, big(columns, 4) + big(rows, 4));
}

TEST(ImageFile, ClaimsAreJudgedBeforeMemoryIsTaken) {
  EXPECT_TRUE(says(refusal(png_claiming(60000, 60000)), {"60000 x 60000", "over the limit"}));
  EXPECT_TRUE(says(refusal(png_claiming(70000, 1)), {"65535 a side"}));
  EXPECT_TRUE(says(refusal(png_claiming(0, 0)), {"0 x 0"}));
  EXPECT_TRUE(says(refusal(png_claiming(16000, 16000)), {"16000 x 16000", "bytes"}));
  std::string tiff = sample("grey8_strips.tif");
  const std::size_t width_tag = tiff.find(little(256, 2) + little(4, 2) + little(1, 4));
  ASSERT_NE(width_tag, std::string::npos);
  EXPECT_TRUE(says(refusal(tiff.replace(width_tag + 8, 4, little(4000000000U, 4))), {"4000000000 x 7"}));
  std::string bmp = sample("rgb8.bmp");
  EXPECT_TRUE(says(refusal(bmp.replace(18, 8, little(50000, 4) + little(50000, 4))), {"50000 x 50000"}));
}

TEST(ImageFile, LimitsAreInclusive) {
  const ImageLimits just = {.max_side = width, .max_pixels = height * width};
  for (const char* name : {"rgb8.png", "rgb8.bmp", "rgb8.webp", "rgb8_deflate.tif"}) {
    EXPECT_EQ(refusal(sample(name), just), "") << name;
    EXPECT_TRUE(says(refusal(sample(name), {.max_side = width - 1, .max_pixels = 1000}), {"9 x 7"})) << name;
    EXPECT_TRUE(says(refusal(sample(name), {.max_side = 1000, .max_pixels = height * width - 1}), {"9 x 7"}))
        << name;
  }
  EXPECT_TRUE(says(refusal(sample("colour_420.jpg"), {.max_side = 20, .max_pixels = 1000}), {"21 x 13"}));
}

TEST(ImageFile, RefusesWhatIsNoImage) {
  EXPECT_EQ(refusal(""), "the file is empty");
  EXPECT_TRUE(
      says(refusal("This is a text that somebody named .png"), {"not a JPEG, PNG, TIFF, BMP or WebP file"}));
  EXPECT_TRUE(says(refusal("GIF89a"), {"not a JPEG"}));
}

class ImageFileOnDisk : public ArrayFiles {};

TEST_F(ImageFileOnDisk, ContentDecidesNotTheName) {
  const Image image = read_image_file(write("mislabelled.jpg", sample("rgb8.png")));
  EXPECT_EQ(values<std::uint8_t>(image), expected(ramp, 3));
}

TEST_F(ImageFileOnDisk, OneAfterTheOtherInOneThread) {
  const fs::path large = write("a.tif", sample("rgb8_tiles_18x20.tif")),
                 small = write("b.png", sample("grey1.png"));
  const Image first = read_image_file(large);
  EXPECT_EQ(read_image_file(small).channels(), 1U);
  EXPECT_EQ(values<std::uint8_t>(first), expected(ramp, 3, 18, 20));
}

std::string reason_of(const fs::path& path) {
  try {
    read_image_file(path);
  } catch (const ImageError& error) {
    return error.what();
  }
  return "";
}

TEST_F(ImageFileOnDisk, WhatCannotBeOpenedIsAnImageError) {
  EXPECT_TRUE(says(reason_of(folder() / "absent.png"), {"cannot be read", "No such file"}));
  EXPECT_TRUE(says(reason_of(folder()), {"not a regular file"}));
  EXPECT_EQ(reason_of(write("zero.png", "")), "the file is empty");
  ASSERT_EQ(mkfifo((folder() / "pipe.png").c_str(), 0600), 0);
  EXPECT_TRUE(says(reason_of(folder() / "pipe.png"), {"not a regular file"}));
  const fs::path closed = write("closed.png", sample("grey8.png"));
  fs::permissions(closed, fs::perms::none);
  if (geteuid() != 0) {
    EXPECT_TRUE(says(reason_of(closed), {"Permission denied"}));
  }
}

TEST(ImageFile, SuffixesInAnyCase) {
  for (const char* name : {"a.jpg", "a.JPEG", "a.Png", "a.tif", "a.TIFF", "a.bmp", "a.webp"}) {
    EXPECT_TRUE(has_image_suffix(name)) << name;
  }
  for (const char* name : {"a.gif", "a", "jpg", ".jpg", "a.jpg.txt", "a.dcm"})
    EXPECT_FALSE(has_image_suffix(name)) << name;
}

TEST(ImageFile, BrainMriIsGreyThroughout) {
  const char* shared = std::getenv("FATHOM_SHARED");
  const fs::path data = fs::path(shared == nullptr ? "" : shared) / "data/brainmri";
  if (!fs::is_directory(data)) GTEST_SKIP() << "needs data/brainmri in the folder that FATHOM_SHARED names";
  std::size_t images = 0, grey = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(data)) {
    if (!has_image_suffix(entry.path())) continue;
    ++images;
    grey += read_image_file(entry.path()).channels() == 1 ? 1 : 0;
  }
  EXPECT_EQ(images, 1426U);
  EXPECT_EQ(grey, 1426U);
}

}  // namespace
}  // namespace fathom
