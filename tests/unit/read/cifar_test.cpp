#include "fathom/read/cifar.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

using Names = std::vector<std::string>;

/// A record whose red pixels count up from `red`, with green 100 and blue 200 everywhere.
std::string record(const std::string& labels, int red) {
  std::string text = labels;
  for (int i = 0; i < 1024; ++i) text += static_cast<char>((red + i) & 0xff);
  return text + std::string(1024, 'd') + std::string(1024, '\xc8');
}
std::string label(int value) {
  return {static_cast<char>(value)};
}

class Cifar : public ArrayFiles {
 protected:
  std::string refusal(const std::filesystem::path& path, const ReadOptions& options = {}) const {
    return message_of([&] { open_cifar(path, options); });
  }
};

TEST_F(Cifar, PlanesBecomePixels) {
  const auto path = write("test_batch.bin", record(label(3), 0) + record(label(9), 7));
  const DataSet data = open_cifar(path, {});
  EXPECT_EQ(data.format, "cifar10");
  EXPECT_EQ(data.label_columns.at(0).name, "label");
  EXPECT_EQ(data.label_columns[0].classes, (Names{"3", "9"}));
  const Image image = data.pixels->read(1);
  ASSERT_EQ(image.channels(), 3u);
  EXPECT_EQ(image.height(), 32u);
  EXPECT_EQ(image.width(), 32u);
  const auto pixels = image.pixels<std::uint8_t>();
  for (std::size_t i = 0; i < 1024; ++i) {
    ASSERT_EQ(pixels[3 * i], (7 + i) % 256);
    ASSERT_EQ(pixels[3 * i + 1], 100);
    ASSERT_EQ(pixels[3 * i + 2], 200);
  }
}

TEST_F(Cifar, FolderHasSplitsAndNames) {
  write("data_batch_1.bin", record(label(1), 0) + record(label(0), 1));
  write("data_batch_2.bin", record(label(2), 2));
  write("test_batch.bin", record(label(2), 3));
  write("batches.meta.txt", "plane\ncar\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  ASSERT_TRUE(is_cifar_folder(folder()));
  const DataSet data = open_cifar(folder(), {});
  ASSERT_EQ(data.records.size(), 4u);
  EXPECT_EQ(data.records[2].path, "train/2");
  EXPECT_EQ(data.records[3].path, "test/0");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"bird", "car", "plane"}));
  EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{1}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{2}));
  EXPECT_EQ(data.records[3].labels, (std::vector<std::int32_t>{0}));
  EXPECT_EQ(data.pixels->read(3).pixels<std::uint8_t>()[0], 3);
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_TRUE(says(data.notes[0], {"data_batch_3.bin, data_batch_4.bin, data_batch_5.bin"}));
}

TEST_F(Cifar, OneHalfOfAFolderHasNoSplits) {
  write("test_batch.bin", record(label(2), 3));
  const DataSet data = open_cifar(folder(), {});
  EXPECT_EQ(data.records.at(0).path, "0");
  EXPECT_EQ(data.records[0].split, Split::none);
  EXPECT_TRUE(data.notes.empty());
}

TEST_F(Cifar, HundredHasFineAndCoarseLabels) {
  // Coarse label first in the file.
  write("train.bin", record(label(19) + label(99), 0) + record(label(4) + label(10), 1));
  write("test.bin", record(label(4) + label(9), 2));
  const DataSet data = open_cifar(folder(), {});
  EXPECT_EQ(data.format, "cifar100");
  ASSERT_EQ(data.label_columns.size(), 2u);
  EXPECT_EQ(data.label_columns[0].name, "fine");
  EXPECT_EQ(data.label_columns[0].classes, (Names{"9", "10", "99"}));
  EXPECT_EQ(data.label_columns[1].name, "coarse");
  EXPECT_EQ(data.label_columns[1].classes, (Names{"4", "19"}));
  EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{2, 1}));
  EXPECT_EQ(data.records[2].labels, (std::vector<std::int32_t>{0, 0}));
  EXPECT_TRUE(data.notes.empty());
  ReadOptions options;
  options.label_columns = {"coarse"};
  EXPECT_EQ(open_cifar(folder(), options).records[0].labels, (std::vector<std::int32_t>{1}));
  options.label_columns = {"label"};
  EXPECT_TRUE(says(refusal(folder(), options), {"\"label\"", "fine, coarse"}));
}

TEST_F(Cifar, RefusesSizesThatAreNoRecords) {
  const std::string whole = record(label(1), 0) + record(label(0), 1);
  EXPECT_TRUE(
      says(refusal(write("data_batch_1.bin", whole.substr(1))), {"data_batch_1.bin", "6145 bytes", "3073"}));
  EXPECT_TRUE(says(refusal(folder()), {"data_batch_1.bin", "6145 bytes", "3073"}));
  EXPECT_TRUE(says(refusal(write("empty.bin", "")), {"empty.bin", "0 bytes"}));
  EXPECT_TRUE(says(message_of([&] { parse_cifar(bytes_of(whole), "a", CifarKind::cifar100); }),
                   {"a: ", "6146", "3074"}));
  ReadOptions options;
  options.format = "cifar100";
  EXPECT_TRUE(says(refusal(write("other.bin", whole), options), {"other.bin", "6146", "3074"}));
}

TEST_F(Cifar, RefusesLabelsOutOfRange) {
  EXPECT_TRUE(says(refusal(write("test_batch.bin", record(label(9), 0) + record(label(10), 1))),
                   {"test_batch.bin", "image 1", "label 10", "10 classes"}));
  EXPECT_TRUE(says(refusal(write("hundred.bin", record(label(20) + label(0), 0))),
                   {"image 0", "coarse label 20", "20 classes"}));
  EXPECT_TRUE(says(refusal(write("hundred.bin", record(label(0) + label(100), 0))),
                   {"image 0", "fine label 100", "100 classes"}));
}

TEST_F(Cifar, RefusesAListOfAnotherNumberOfNames) {
  write("test_batch.bin", record(label(2), 3));
  write("batches.meta.txt", "plane\ncar\n");
  EXPECT_TRUE(says(refusal(folder()), {"batches.meta.txt", "2 different class names, not 10"}));
  write("batches.meta.txt", "a\na\nb\nc\nd\ne\nf\ng\nh\ni\n");
  EXPECT_TRUE(says(refusal(folder()), {"batches.meta.txt", "9 different class names, not 10"}));
}

TEST_F(Cifar, IsRecognised) {
  EXPECT_FALSE(is_cifar_folder(folder()));
  EXPECT_FALSE(is_cifar_folder(folder() / "none"));
  EXPECT_TRUE(says(refusal(folder()), {folder().string(), "no CIFAR batch", "data_batch_1.bin"}));
  EXPECT_TRUE(says(refusal(folder() / "none.bin"), {"none.bin", "No such file"}));
  const auto path = write("train.bin", record(label(1) + label(2), 0));
  EXPECT_TRUE(is_cifar_folder(folder()));
  EXPECT_TRUE(is_cifar_file(path));
  EXPECT_FALSE(is_cifar_file(folder()));
}

}  // namespace
}  // namespace fathom
