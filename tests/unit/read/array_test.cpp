#include "fathom/read/array.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "fathom/read/npy.h"
#include "unit/read/array_files.h"

namespace fathom {
namespace {

using Bytes = std::vector<std::uint8_t>;

Array bytes(const std::string& shape, const std::string& values) {
  return parse_npy(bytes_of(npy("|u1", shape, values)), "bytes");
}
/// (0, 1, 2, ...) of `size` values.
Array counted(const std::string& shape, std::size_t size) {
  return bytes(shape, counting(size));
}
Array floats(const std::string& shape, const std::vector<float>& values) {
  const std::string raw(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return parse_npy(bytes_of(npy("<f4", shape, raw)), "floats");
}

ArrayPart part_of(Array images, std::optional<Array> labels = std::nullopt, Split split = Split::none) {
  return {split, "images.npy", std::move(images), std::move(labels), "labels.npy"};
}
DataSet data_of(Array images, std::optional<Array> labels = std::nullopt, const ReadOptions& options = {}) {
  std::vector<ArrayPart> parts;
  parts.push_back(part_of(std::move(images), std::move(labels)));
  return array_data_set(std::move(parts), options);
}
std::string refusal(Array images, std::optional<Array> labels = std::nullopt,
                    const ReadOptions& options = {}) {
  return message_of([&] { data_of(std::move(images), std::move(labels), options); });
}

void expect_image(const Image& image, std::size_t height, std::size_t width, std::size_t channels,
                  const Bytes& pixels) {
  EXPECT_EQ(image.height(), height);
  EXPECT_EQ(image.width(), width);
  EXPECT_EQ(image.channels(), channels);
  EXPECT_EQ(pixels_of<std::uint8_t>(image), pixels);
}

TEST(ArrayDataSet, RowsAreVectors) {
  const DataSet data = data_of(counted("(2, 3)", 6));
  EXPECT_TRUE(data.pixels->vectors());
  expect_image(data.pixels->read(1), 1, 3, 1, {3, 4, 5});
}

TEST(ArrayDataSet, ThreeAxesAreGreyImages) {
  const DataSet data = data_of(counted("(2, 2, 3)", 12));
  EXPECT_FALSE(data.pixels->vectors());
  expect_image(data.pixels->read(1), 2, 3, 1, {6, 7, 8, 9, 10, 11});
}

TEST(ArrayDataSet, GreyImagesAreViewsIntoTheArray) {
  const Array array = counted("(2, 2, 3)", 12);
  const DataSet data = data_of(array);
  EXPECT_EQ(data.pixels->read(1).bytes().data(), array.values.get() + 6);
}

TEST(ArrayDataSet, ImagesOutliveTheirDataSet) {
  Image image;
  { image = data_of(counted("(2, 2, 3)", 12)).pixels->read(0); }
  expect_image(image, 2, 3, 1, {0, 1, 2, 3, 4, 5});
}

TEST(ArrayDataSet, ChannelsMayBeLast) {
  expect_image(data_of(counted("(2, 2, 2, 1)", 8)).pixels->read(1), 2, 2, 1, {4, 5, 6, 7});
  expect_image(data_of(counted("(2, 1, 2, 3)", 12)).pixels->read(1), 1, 2, 3, {6, 7, 8, 9, 10, 11});
}

TEST(ArrayDataSet, FourthChannelIsDroppedAlpha) {
  const Image image = data_of(counted("(2, 2, 1, 4)", 16)).pixels->read(1);
  expect_image(image, 2, 1, 3, {8, 9, 10, 12, 13, 14});
  EXPECT_TRUE(image.alpha_dropped);
  EXPECT_FALSE(data_of(counted("(2, 2, 1, 3)", 12)).pixels->read(1).alpha_dropped);
}

TEST(ArrayDataSet, ChannelsMayBeFirst) {
  // Planes red (12, 13), green (14, 15), blue (16, 17)... of the second image.
  const DataSet data = data_of(counted("(2, 3, 2, 2)", 24));
  expect_image(data.pixels->read(1), 2, 2, 3, {12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23});
  EXPECT_TRUE(data.notes.empty());
  expect_image(data_of(counted("(2, 1, 2, 2)", 8)).pixels->read(1), 2, 2, 1, {4, 5, 6, 7});
}

TEST(ArrayDataSet, ChannelsFirstOfWiderTypes) {
  const Image image = data_of(floats("(1, 3, 1, 2)", {1, 2, 3, 4, 5, 6})).pixels->read(0);
  EXPECT_EQ(image.type(), PixelType::float32);
  EXPECT_EQ(pixels_of<float>(image), (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

TEST(ArrayDataSet, EitherWayIsChannelsLastWithANote) {
  const DataSet data = data_of(counted("(1, 3, 2, 3)", 18));
  const Image image = data.pixels->read(0);
  EXPECT_EQ(image.height(), 3u);
  EXPECT_EQ(image.channels(), 3u);
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_TRUE(says(data.notes[0], {"(1, 3, 2, 3)", "last"}));
}

TEST(ArrayDataSet, EqualChannelsAreGrey) {
  expect_image(data_of(bytes("(1, 1, 2, 3)", "aaabbb")).pixels->read(0), 1, 2, 1, {'a', 'b'});
  expect_image(data_of(bytes("(1, 3, 1, 2)", "ababab")).pixels->read(0), 1, 2, 1, {'a', 'b'});
}

TEST(ArrayDataSet, NotANumberIsLetThrough) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NO_THROW(data_of(floats("(1, 2)", {nan, 1})).pixels->read(0));
}

TEST(ArrayDataSet, RefusesShapesThatAreNoImages) {
  EXPECT_TRUE(says(refusal(counted("(4,)", 4)), {"images.npy", "(4,)", "(N, H, W)"}));
  EXPECT_TRUE(says(refusal(counted("()", 1)), {"()"}));
  EXPECT_TRUE(says(refusal(counted("(1, 2, 2, 2)", 8)), {"(1, 2, 2, 2)"}));
  EXPECT_TRUE(says(refusal(counted("(1, 2, 2, 2, 3)", 24)), {"(1, 2, 2, 2, 3)"}));
  EXPECT_TRUE(says(refusal(counted("(2, 0, 2)", 0)), {"(2, 0, 2)", "no pixels"}));
  EXPECT_TRUE(says(refusal(counted("(0, 2, 2)", 0)), {"images.npy", "holds no images"}));
}

TEST(ArrayLabels, AreNamedByNumberAndSortedAsNumbers) {
  const DataSet data = data_of(counted("(4, 2)", 8), floats("(4, 1)", {10, -1, 9, 10}));
  ASSERT_EQ(data.label_columns.size(), 1u);
  EXPECT_EQ(data.label_columns[0].name, "label");
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"-1", "9", "10"}));
  EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{2}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{0}));
  EXPECT_EQ(data.records[2].labels, (std::vector<std::int32_t>{1}));
}

TEST(ArrayLabels, MustBeIntegers) {
  EXPECT_TRUE(
      says(refusal(counted("(2, 2)", 4), floats("(2,)", {1, 0.5F})), {"labels.npy", "label 1 is 0.5"}));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(says(refusal(counted("(1, 2)", 2), floats("(1,)", {infinity})), {"label 0 is inf"}));
  EXPECT_TRUE(
      says(refusal(counted("(1, 2)", 2), floats("(1,)", {infinity - infinity})), {"label 0", "integers"}));
}

TEST(ArrayLabels, MustBeAsManyAsTheImages) {
  EXPECT_TRUE(says(refusal(counted("(2, 2)", 4), counted("(3,)", 3)),
                   {"labels.npy", "3 labels", "images.npy", "2 images"}));
  EXPECT_TRUE(says(refusal(counted("(2, 2)", 4), counted("(2, 1, 1)", 2)), {"labels.npy", "(2, 1, 1)"}));
  EXPECT_TRUE(says(refusal(counted("(2, 2)", 4), counted("(2, 0)", 0)), {"(2, 0)"}));
}

TEST(ArrayLabels, SeveralColumnsAreSeveralTasks) {
  const Array labels = bytes("(2, 3)", std::string("\x00\x01\x00\x01\x01\x00", 6));
  const DataSet data = data_of(counted("(2, 2)", 4), labels);
  ASSERT_EQ(data.label_columns.size(), 3u);
  EXPECT_EQ(data.label_columns[2].name, "label2");
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(data.label_columns[1].classes, (std::vector<std::string>{"1"}));
  EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{0, 0, 0}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{1, 0, 0}));
  EXPECT_EQ(data.notes.size(), 1u);
}

TEST(ArrayLabels, OnlyWantedColumnsInTheOrderWanted) {
  const Array labels = bytes("(2, 3)", std::string("\x00\x01\x05\x01\x01\x06", 6));
  ReadOptions options;
  options.label_columns = {"label2", "label0"};
  const DataSet data = data_of(counted("(2, 2)", 4), labels, options);
  ASSERT_EQ(data.label_columns.size(), 2u);
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"5", "6"}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{1, 1}));
  options.label_columns = {"edema"};
  EXPECT_TRUE(says(refusal(counted("(2, 2)", 4), labels, options), {"\"edema\"", "label0, label1, label2"}));
  EXPECT_TRUE(says(refusal(counted("(2, 2)", 4), std::nullopt, options), {"\"edema\"", "no labels"}));
}

TEST(ArrayLabels, KnownNamesAreSortedByTheirBytes) {
  std::vector<ArrayPart> parts;
  parts.push_back(part_of(counted("(3, 2)", 6), bytes("(3,)", std::string("\x02\x00\x02", 3))));
  const std::vector<KnownLabels> known = {{"kind", 3, {"zebra", "ant", "cat"}}};
  const DataSet data = array_data_set(parts, {}, known);
  EXPECT_EQ(data.label_columns.at(0).name, "kind");
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"cat", "zebra"}));
  EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{0}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{1}));
  const std::vector<KnownLabels> fewer = {{"kind", 2, {}}};
  EXPECT_TRUE(says(message_of([&] { array_data_set(parts, {}, fewer); }),
                   {"labels.npy", "image 0", "label 2", "2 classes"}));
}

TEST(ArrayParts, AreCountedWithinTheirSplit) {
  std::vector<ArrayPart> parts;
  parts.push_back(part_of(counted("(2, 2)", 4), std::nullopt, Split::train));
  parts.push_back(part_of(counted("(0, 2)", 0), std::nullopt, Split::train));
  parts.push_back(part_of(counted("(1, 2)", 2), std::nullopt, Split::train));
  parts.push_back(part_of(bytes("(2, 2)", "wxyz"), std::nullopt, Split::test));
  const DataSet data = array_data_set(std::move(parts), {});
  std::vector<std::string> paths;
  for (const Record& record : data.records) paths.push_back(record.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"train/0", "train/1", "train/2", "test/0", "test/1"}));
  EXPECT_EQ(data.records[4].split, Split::test);
  EXPECT_EQ(data.records[4].source, 4u);
  EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(1)), (Bytes{2, 3}));
  EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(2)), (Bytes{0, 1}));
  EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(4)), (Bytes{'y', 'z'}));
}

TEST(ArrayParts, MustAgree) {
  const auto refuse = [](Array first, std::optional<Array> first_labels, Array second,
                         std::optional<Array> second_labels) {
    std::vector<ArrayPart> parts;
    parts.push_back(part_of(std::move(first), std::move(first_labels), Split::train));
    parts.push_back(part_of(std::move(second), std::move(second_labels), Split::test));
    parts[1].name = "test.npy";
    return message_of([&] { array_data_set(parts, {}); });
  };
  EXPECT_TRUE(says(refuse(counted("(1, 2, 2)", 4), {}, counted("(1, 2, 3)", 6), {}),
                   {"test.npy", "(1, 2, 3)", "(1, 2, 2)"}));
  EXPECT_TRUE(says(refuse(counted("(1, 4)", 4), {}, counted("(1, 2, 2)", 4), {}), {"test.npy", "(1, 4)"}));
  EXPECT_TRUE(says(refuse(counted("(1, 2)", 2), counted("(1,)", 1), counted("(1, 2)", 2), {}),
                   {"test.npy", "0 labels an image", "images.npy has 1"}));
}

TEST(ArrayOptions, ThatOnlyATableSatisfiesAreRefused) {
  ReadOptions options;
  options.group_column = "patient";
  EXPECT_THROW(data_of(counted("(2, 2)", 4), std::nullopt, options), UsageError);
  EXPECT_TRUE(says(refusal(counted("(2, 2)", 4), std::nullopt, options), {"--group-column"}));
}

TEST(ArrayDataSet, AnImageIsKnownByItsValuesAndForm) {
  const auto identity = [](std::vector<std::size_t> shape, const std::string& values, std::size_t source) {
    Array array = parse_npy(bytes_of(npy("|u1", "(" + std::to_string(values.size()) + ",)", values)), "a");
    array.shape = std::move(shape);
    const DataSet data = array_data_set({{Split::none, "a", array, std::nullopt, ""}}, {});
    EXPECT_EQ(data.pixels->bytes_in_memory(), values.size());
    return data.pixels->identity(source);
  };
  const std::string values = "abcdefabcdef";
  const Hash128 first = identity({2, 2, 3}, values, 0);
  EXPECT_EQ(identity({2, 2, 3}, values, 1), first);
  EXPECT_NE(identity({2, 3, 2}, values, 0), first);
  EXPECT_NE(identity({2, 6}, values, 0), first);
  EXPECT_NE(identity({2, 2, 3}, "abcdeXabcdef", 0), first);
}

}  // namespace
}  // namespace fathom
