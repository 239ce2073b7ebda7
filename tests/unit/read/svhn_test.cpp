#include "fathom/read/svhn.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// MATLAB's level 5, byte by byte from MathWorks' "MAT-File Format".

std::string element(std::uint32_t type, const std::string& value) {
  return little(type, 4) + little(value.size(), 4) + value + std::string((8 - value.size() % 8) % 8, '\0');
}
/// Up to four bytes are kept within the tag.
std::string small_element(std::uint32_t type, const std::string& value) {
  return little(type, 2) + little(value.size(), 2) + value + std::string(4 - value.size(), '\0');
}
std::string matrix(int kind, const std::string& name, const std::vector<std::uint32_t>& shape,
                   std::uint32_t type, const std::string& values) {
  std::string lengths;
  for (const std::uint32_t axis : shape) lengths += little(axis, 4);
  return element(14, element(6, little(static_cast<std::uint64_t>(kind), 8)) + element(5, lengths) +
                         small_element(1, name) +
                         (values.size() <= 4 ? small_element(type, values) : element(type, values)));
}
std::string mat_file(const std::string& elements, const std::string& version = std::string("\0\1IM", 4)) {
  std::string header = "MATLAB 5.0 MAT-file, written by hand";
  header.resize(124, ' ');
  return header + version + elements;
}
std::string compressed(const std::string& element) {
  std::string packed(compressBound(element.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(element.data()),
           element.size());
  packed.resize(size);
  return little(15, 4) + little(size, 4) + packed;
}

std::uint8_t pixel(std::size_t row, std::size_t column, std::size_t channel, std::size_t image) {
  return static_cast<std::uint8_t>(row * 7 + column * 3 + channel * 50 + image * 11);
}
/// X of so many images: rows vary fastest, images slowest.
std::string pixels(std::size_t images) {
  std::string text;
  for (std::size_t n = 0; n < images; ++n) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      for (std::size_t column = 0; column < 32; ++column) {
        for (std::size_t row = 0; row < 32; ++row) text += static_cast<char>(pixel(row, column, channel, n));
      }
    }
  }
  return text;
}
std::string images_of(std::uint32_t count) {
  return matrix(9, "X", {32, 32, 3, count}, 2, pixels(count));
}
std::string labels_of(const std::string& labels) {
  return matrix(9, "y", {static_cast<std::uint32_t>(labels.size()), 1}, 2, labels);
}

class Svhn : public ArrayFiles {
 protected:
  std::string refusal(const std::string& file) const {
    const fs::path path = write("wrong.mat", file);
    return message_of([&] { open_svhn(path, {}); });
  }
};

TEST_F(Svhn, ReadsPlainAndCompressedArrays) {
  const std::string plain = mat_file(images_of(3) + labels_of("\1\12\3"));
  const std::string packed = mat_file(compressed(labels_of("\1\12\3")) + compressed(images_of(3)));
  for (const std::string& file : {plain, packed}) {
    const fs::path path = write("some.mat", file);
    EXPECT_TRUE(is_matlab_file(path));
    const DataSet data = open_data_set(path);
    EXPECT_EQ(data.format, "svhn");
    ASSERT_EQ(data.records.size(), 3u);
    EXPECT_EQ(data.label_columns.at(0).classes, (Names{"0", "1", "3"}));
    EXPECT_EQ(data.records[1].labels, std::vector<std::int32_t>{0});
    const Image image = data.pixels->read(2);
    ASSERT_EQ(image.channels(), 3u);
    const auto values = image.pixels<std::uint8_t>();
    for (std::size_t row = 0; row < 32; ++row) {
      for (std::size_t column = 0; column < 32; ++column) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
          ASSERT_EQ(values[(row * 32 + column) * 3 + channel], pixel(row, column, channel, 2));
        }
      }
    }
  }
}

TEST_F(Svhn, FoldersHaveSplits) {
  write("train_32x32.mat", mat_file(images_of(2) + labels_of("\1\2")));
  EXPECT_EQ(open_data_set(folder()).records.at(0).path, "0");
  // Labels of whole numbers may be kept as doubles.
  std::string nine = little(0, 6) + "\x22\x40";
  write("test_32x32.mat",
        mat_file(matrix(6, "y", {1, 1}, 9, nine) + matrix(9, "X", {32, 32, 3}, 2, pixels(1))));
  write("extra_32x32.mat", "not read");
  const DataSet data = open_data_set(folder());
  ASSERT_EQ(data.records.size(), 3u);
  EXPECT_EQ(data.records[1].path, "train/1");
  EXPECT_EQ(data.records[2].path, "test/0");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"1", "2", "9"}));
  EXPECT_TRUE(says(data.notes.at(0), {"extra_32x32.mat"}));
}

TEST_F(Svhn, PassesOverWhatItDoesNotKnow) {
  const std::string other = matrix(9, "more", {1, 1}, 2, "a") + matrix(4, "text", {1, 2}, 4, "abcd") +
                            element(14, element(6, little(2, 8)) + "a structure that is not looked into");
  EXPECT_EQ(
      open_svhn(write("a.mat", mat_file(other + images_of(1) + compressed(other) + labels_of("\5"))), {})
          .records.size(),
      1u);
}

TEST_F(Svhn, RefusesWhatIsCutOrHarmed) {
  const std::string plain = mat_file(labels_of("\1\2") + images_of(2));
  const std::string packed = mat_file(compressed(labels_of("\1\2")) + compressed(images_of(2)));
  for (const std::string& file : {plain, packed}) {
    for (const std::size_t size : {file.size() - 1, file.size() / 2, std::size_t{132}}) {
      EXPECT_TRUE(says(refusal(file.substr(0, size)), {"wrong.mat: ends too early"})) << size;
    }
  }
  std::string harmed = packed;
  harmed.back() = static_cast<char>(harmed.back() ^ 1);  // its Adler-32
  EXPECT_TRUE(says(refusal(harmed), {"the compressed data are corrupt"}));
  const std::string cut = compressed(images_of(1));
  EXPECT_TRUE(
      says(refusal(mat_file(little(15, 4) + little(cut.size() - 20, 4) + cut.substr(8, cut.size() - 20))),
           {"the compressed data end too early"}));
  EXPECT_TRUE(says(refusal(mat_file(images_of(2))), {"has no array y"}));
  EXPECT_TRUE(says(refusal(mat_file(labels_of("\1"))), {"has no array X"}));
  EXPECT_TRUE(says(refusal(mat_file("")), {"has no array X"}));
  EXPECT_TRUE(says(refusal(mat_file(images_of(1) + labels_of("\1\2"))), {"2 labels", "1 images"}));
  EXPECT_TRUE(says(refusal(mat_file(images_of(1) + labels_of("\13"))), {"image 0 has the label 11"}));
  EXPECT_TRUE(says(refusal(mat_file(matrix(9, "X", {32, 32, 3, 2}, 2, pixels(1)))), {"(32, 32, 3, 2)"}));
  EXPECT_TRUE(
      says(refusal(mat_file(matrix(9, "X", {16, 64, 3, 1}, 2, pixels(1)))), {"(16, 64, 3, 1)", "format 2"}));
  EXPECT_TRUE(says(refusal(mat_file(element(14, "short"))), {"ends too early"}));
  EXPECT_TRUE(says(refusal(mat_file("", std::string("\0\2IM", 4))), {"7.3", "-v7"}));
  EXPECT_TRUE(says(refusal(mat_file("", std::string("\1\0MI", 4))), {"order"}));
  EXPECT_TRUE(says(refusal("MATLAB"), {"is no MATLAB file"}));
  EXPECT_TRUE(says(message_of([&] { open_svhn(folder() / "none", {}); }), {"none"}));
}

}  // namespace
}  // namespace fathom
