#include "prepare/row_writer.h"

#include <gtest/gtest.h>

#include "fathom/prepare/resize.h"
#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

using made::image;
using made::pattern;
using made::pattern_image;

Protocol protocol(const char* size, Channels channels = Channels::automatic, const char* base = "iclr2024") {
  Protocol made = named_protocol(base);
  set_size(made, size);
  set_channels(made, channels_name(channels));
  return made;
}

struct Written {
  RowMatrix matrix;
  std::size_t channels;
};

Written write_all(const Protocol& used, const std::vector<Image>& images) {
  RowWriter writer(used, images.size(), 2);
  for (std::size_t i = 0; i < images.size(); ++i) {
    writer.accept(images[i], "image" + std::to_string(i));
    EXPECT_TRUE(writer.takes(images[i]));
    writer.resize(i + 1);
    writer.write(images[i], i);
  }
  const std::size_t channels = writer.channels();
  return {writer.take(), channels};
}

template <class T>
bool holds(const RowMatrix& matrix) {
  return std::holds_alternative<Matrix<T>>(matrix.stored);
}

template <class T>
void expect_row(const RowMatrix& matrix, std::size_t i, const std::vector<T>& expected) {
  const std::vector<double> found = made::row(matrix, i);
  EXPECT_EQ(found, std::vector<double>(expected.begin(), expected.end())) << "row " << i;
}

std::vector<float> resized(const Image& image, ImageSize to) {
  std::vector<float> out(to.height * to.width * image.channels());
  resize_bilinear<std::uint8_t>(image.pixels<std::uint8_t>(), {image.height(), image.width()},
                                image.channels(), to, out);
  return out;
}

TEST(RowWriter, EightBitsStayEightBitsAtTheirOwnSize) {
  const Written written = write_all(protocol("4"), {pattern_image(4, 4, 1, 0), pattern_image(4, 4, 1, 1)});
  ASSERT_TRUE(holds<std::uint8_t>(written.matrix));
  EXPECT_TRUE(written.matrix.exact_integers());
  EXPECT_EQ(written.channels, 1u);
  expect_row(written.matrix, 1, pattern(4, 4, 1, 1));
}

TEST(RowWriter, EightBitImagesToBeEnlargedBecomeRowsOfTheirOwnSize) {
  const std::vector<Image> images = {pattern_image(5, 6, 3, 0), pattern_image(5, 6, 3, 1)};
  const Written written = write_all(protocol("16"), images);
  ASSERT_TRUE(holds<float>(written.matrix));
  EXPECT_EQ(written.matrix.stored_cols(), 90u);
  const std::vector<float> a = resized(images[0], {16, 16}), b = resized(images[1], {16, 16});
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  EXPECT_NEAR(made::distance(written.matrix, 0, 1), std::sqrt(sum), 1e-6 * std::sqrt(sum));
}

TEST(RowWriter, AnotherSizeTurnsEnlargedRowsIntoResizedOnes) {
  const std::vector<Image> images = {pattern_image(5, 6, 1, 0), pattern_image(5, 6, 1, 1),
                                     pattern_image(40, 9, 1, 2), pattern_image(5, 6, 1, 3)};
  const Written written = write_all(protocol("16"), images);
  ASSERT_TRUE(holds<float>(written.matrix));
  EXPECT_EQ(written.matrix.stored_cols(), 256u);
  for (std::size_t i = 0; i < images.size(); ++i) expect_row(written.matrix, i, resized(images[i], {16, 16}));
}

TEST(RowWriter, AnotherSizeTurnsRowsOfTheRightSizeIntoFloats) {
  const std::vector<Image> images = {pattern_image(8, 8, 1, 0), pattern_image(3, 9, 1, 1)};
  const Written written = write_all(protocol("8"), images);
  ASSERT_TRUE(holds<float>(written.matrix));
  expect_row(written.matrix, 0, pattern(8, 8, 1, 0));
  expect_row(written.matrix, 1, resized(images[1], {8, 8}));
}

TEST(RowWriter, ImagesThatShrinkAreResized) {
  const std::vector<Image> images = {pattern_image(20, 7, 3)};
  const Written written = write_all(protocol("8"), images);
  ASSERT_TRUE(holds<float>(written.matrix));
  expect_row(written.matrix, 0, resized(images[0], {8, 8}));
}

TEST(RowWriter, GreyRowsAreReplicatedOnceColourComes) {
  for (const char* size : {"4", "16", "2"}) {  // as stored, enlarged, resized
    const std::vector<Image> images = {pattern_image(4, 4, 1, 0), pattern_image(4, 4, 1, 1),
                                       pattern_image(4, 4, 3, 2), pattern_image(4, 4, 1, 3)};
    const Written late = write_all(protocol(size), images);
    const Written rgb = write_all(protocol(size, Channels::rgb), images);
    EXPECT_EQ(late.channels, 3u);
    EXPECT_EQ(rgb.channels, 3u);
    EXPECT_EQ(late.matrix.stored_cols(), rgb.matrix.stored_cols());
    for (std::size_t i = 0; i < images.size(); ++i) {
      EXPECT_EQ(made::row(late.matrix, i), made::row(rgb.matrix, i)) << size << ", row " << i;
    }
  }
}

TEST(RowWriter, ReplicatedGreyIsAnImageOfThreeEqualChannels) {
  const Image grey = pattern_image(3, 5, 1);
  for (const char* size : {"native", "9", "2"}) {
    const Written one = write_all(protocol(size, Channels::rgb), {grey});
    const Written other = write_all(protocol(size, Channels::rgb), {made::replicated(grey)});
    EXPECT_EQ(made::row(one.matrix, 0), made::row(other.matrix, 0)) << size;
  }
}

TEST(RowWriter, SizeAndColourMayChangeAtOnce) {
  const std::vector<Image> images = {pattern_image(5, 5, 1, 0), pattern_image(30, 4, 3, 1),
                                     pattern_image(5, 5, 1, 2)};
  const Written written = write_all(protocol("12"), images);
  ASSERT_TRUE(holds<float>(written.matrix));
  for (const std::size_t i : {0u, 1u, 2u}) {
    const Image rgb = images[i].channels() == 3 ? images[i] : made::replicated(images[i]);
    expect_row(written.matrix, i, resized(rgb, {12, 12}));
  }
}

TEST(RowWriter, SixteenBitsAreExactFloats) {
  const Written written =
      write_all(named_protocol("native"), {image<std::uint16_t>(1, 4, 1, {0, 1, 65534, 65535})});
  ASSERT_TRUE(holds<float>(written.matrix));
  expect_row<std::uint16_t>(written.matrix, 0, {0, 1, 65534, 65535});
}

TEST(RowWriter, Float64StaysFloat64WhereItIsNotResized) {
  const Written native = write_all(named_protocol("native"), {image<double>(1, 2, 1, {0.1, 1e-300})});
  ASSERT_TRUE(holds<double>(native.matrix));
  expect_row<double>(native.matrix, 0, {0.1, 1e-300});
  const Written resized =
      write_all(protocol("2x1", Channels::automatic, "native"), {image<double>(1, 2, 1, {0.1, 0.3})});
  EXPECT_TRUE(holds<float>(resized.matrix));
}

TEST(RowWriter, NearestPixelsStayEightBitsInAnySize) {
  const std::vector<Image> images = {pattern_image(5, 7, 1, 0), pattern_image(3, 3, 1, 0),
                                     pattern_image(4, 3, 1, 5)};
  const Written written = write_all(protocol("4x3", Channels::automatic, "pope2021"), images);
  ASSERT_TRUE(holds<std::uint8_t>(written.matrix));
  // Pillow 9.4 of the first, see resize_test.cpp.
  expect_row<int>(written.matrix, 0, {114, 60, 6, 210, 18, 82, 112, 156, 200, 174, 80, 242});
  expect_row(written.matrix, 2, pattern(4, 3, 1, 5));
}

TEST(RowWriter, NativeRefusesASecondSizeNamingBoth) {
  RowWriter writer(named_protocol("native"), 2, 1);
  writer.accept(pattern_image(3, 5, 1), "cat/a.png");
  const Image other = pattern_image(5, 3, 1);
  EXPECT_FALSE(writer.takes(other));
  try {
    writer.accept(other, "cat/b.png");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              "cat/b.png: is 5x3, but cat/a.png is 3x5, and protocol native compares pixels as they are; "
              "use --size, or a protocol that resizes, such as --protocol iclr2024");
    EXPECT_EQ(error.kind(), InputError::Kind::data);
  }
}

TEST(RowWriter, AnotherDepthIsRefusedNamingBoth) {
  RowWriter writer(named_protocol("native"), 2, 1);
  writer.accept(image<float>(1, 1, 1, {1}), "a.npy");
  const Image other = image<double>(1, 1, 1, {1});
  EXPECT_FALSE(writer.takes(other));
  try {
    writer.accept(other, "b.npy");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), "b.npy");
    EXPECT_EQ(error.reason(), "holds float64 pixels, but a.npy holds float32");
  }
}

TEST(RowWriter, TakesNothingBeforeTheFirstImage) {
  RowWriter writer(named_protocol("native"), 1, 1);
  writer.resize(5);
  EXPECT_FALSE(writer.takes(pattern_image(2, 2, 1)));
  EXPECT_EQ(writer.size(), std::nullopt);
  EXPECT_EQ(writer.take().rows(), 0u);
}

TEST(RowWriter, TakesGreyAmongColourButNotColourAmongGrey) {
  RowWriter grey(named_protocol("native"), 2, 1), colour(named_protocol("native"), 2, 1);
  grey.accept(pattern_image(2, 2, 1), "a");
  colour.accept(pattern_image(2, 2, 3), "a");
  EXPECT_FALSE(grey.takes(pattern_image(2, 2, 3)));
  EXPECT_TRUE(colour.takes(pattern_image(2, 2, 1)));
  EXPECT_TRUE(colour.takes(pattern_image(2, 2, 3)));
}

TEST(RowWriter, RowsCanBeMoved) {
  RowWriter writer(named_protocol("native"), 3, 1);
  writer.accept(pattern_image(2, 2, 1), "a");
  writer.resize(3);
  writer.write(pattern_image(2, 2, 1, 8), 2);
  writer.move_row(2, 0);
  writer.resize(1);
  expect_row(writer.take(), 0, pattern(2, 2, 1, 8));
}

}  // namespace
}  // namespace fathom
