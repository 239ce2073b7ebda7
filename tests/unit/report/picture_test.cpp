#include "report/picture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "fathom/read/image_file.h"

namespace fathom {
namespace {

template <class T>
Image image_of(std::size_t height, std::size_t width, std::size_t channels, PixelType type,
               const std::vector<T>& pixels) {
  Image image(height, width, channels, type);
  std::memcpy(image.mutable_bytes().data(), pixels.data(), pixels.size() * sizeof(T));
  return image;
}

/// The values of the PNG, as the reader decodes it.
std::vector<int> decoded(const std::string& png, std::size_t height, std::size_t width,
                         std::size_t channels) {
  const Image image = decode_image(std::as_bytes(std::span(png)));
  EXPECT_EQ(image.height(), height);
  EXPECT_EQ(image.width(), width);
  EXPECT_EQ(image.channels(), channels);
  const auto pixels = image.pixels<std::uint8_t>();
  return {pixels.begin(), pixels.end()};
}

TEST(Picture, SmallImagesStayAsTheyAre) {
  const Image image = image_of<std::uint8_t>(1, 2, 3, PixelType::uint8, {1, 2, 3, 250, 0, 9});
  EXPECT_EQ(decoded(picture_png(image, 2), 1, 2, 3), (std::vector{1, 2, 3, 250, 0, 9}));
}

TEST(Picture, LargerOnesAreAveraged) {
  const Image image = image_of<std::uint8_t>(2, 4, 1, PixelType::uint8,
                                             {0, 10, 100, 100,  //
                                              20, 30, 200, 201});
  EXPECT_EQ(decoded(picture_png(image, 2), 1, 2, 1), (std::vector{15, 150}));
}

TEST(Picture, EveryPixelOfAnUnevenImageCounts) {
  // 5 columns into 2: the first two, and the last three.
  const Image image = image_of<std::uint8_t>(1, 5, 1, PixelType::uint8, {10, 20, 30, 60, 90});
  EXPECT_EQ(decoded(picture_png(image, 2), 1, 2, 1), (std::vector{15, 60}));
}

TEST(Picture, DeepImagesGoFromBlackToWhite) {
  const Image deep = image_of<std::uint16_t>(1, 3, 1, PixelType::uint16, {1000, 3000, 2000});
  EXPECT_EQ(decoded(picture_png(deep, 8), 1, 3, 1), (std::vector{0, 255, 128}));
  const Image floats = image_of<float>(1, 4, 1, PixelType::float32,
                                       {-1.0f, 1.0f, std::numeric_limits<float>::quiet_NaN(), 0.0f});
  EXPECT_EQ(decoded(picture_png(floats, 8), 1, 4, 1), (std::vector{0, 255, 0, 128}));
  const Image constant = image_of<double>(1, 2, 1, PixelType::float64, {7.0, 7.0});
  EXPECT_EQ(decoded(picture_png(constant, 8), 1, 2, 1), (std::vector{0, 0}));
}

TEST(Picture, OtherChannelsHaveNone) {
  EXPECT_EQ(picture_png(Image(2, 2, 4, PixelType::uint8), 8), "");
}

}  // namespace
}  // namespace fathom
