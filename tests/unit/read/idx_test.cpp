#include "fathom/read/idx.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "unit/read/array_files.h"
#include "unit/read/gzip.h"

namespace fathom {
namespace {

using Shape = std::vector<std::size_t>;

Array parse(const std::string& file) {
  return parse_idx(bytes_of(file), "a-idx");
}
std::string refusal(const std::string& file) {
  return message_of([&] { parse(file); });
}

TEST(Idx, ReadsAllTypes) {
  EXPECT_EQ(values_of<std::uint8_t>(parse(idx(0x08, {2, 1, 2}, "abcd"))),
            (std::vector<std::uint8_t>{'a', 'b', 'c', 'd'}));
  EXPECT_EQ(values_of<float>(parse(idx(0x09, {2}, "\xff\x7f"))), (std::vector<float>{-1, 127}));
  EXPECT_EQ(values_of<float>(parse(idx(0x0B, {2}, big(0xffff, 2) + big(300, 2)))),
            (std::vector<float>{-1, 300}));
  EXPECT_EQ(values_of<double>(parse(idx(0x0C, {1}, big(0xfffffffe, 4)))), (std::vector<double>{-2}));
  EXPECT_EQ(values_of<float>(parse(idx(0x0D, {1}, big(std::bit_cast<std::uint32_t>(0.25F), 4)))),
            (std::vector<float>{0.25F}));
  EXPECT_EQ(values_of<double>(parse(idx(0x0E, {1}, big(std::bit_cast<std::uint64_t>(1e-9), 8)))),
            (std::vector<double>{1e-9}));
  EXPECT_EQ(parse(idx(0x08, {2, 1, 2}, "abcd")).shape, (Shape{2, 1, 2}));
}

TEST(Idx, ReadsGzipOfOneOrMoreMembers) {
  const std::string file = idx(0x08, {2, 2}, "abcd");
  EXPECT_EQ(parse(gzip(file)).shape, (Shape{2, 2}));
  EXPECT_EQ(values_of<std::uint8_t>(parse(gzip(file.substr(0, 7)) + gzip(file.substr(7)))),
            (std::vector<std::uint8_t>{'a', 'b', 'c', 'd'}));
}

TEST(Idx, RefusesAWrongCount) {
  const std::string few = idx(0x08, {10, 2, 2}, counting(39)), many = idx(0x08, {10, 2, 2}, counting(44));
  for (const bool zipped : {false, true}) {
    EXPECT_TRUE(
        says(refusal(zipped ? gzip(few) : few), {"a-idx", "(10, 2, 2)", "takes 40 bytes", "but 39 follow"}));
    EXPECT_TRUE(says(refusal(zipped ? gzip(many) : many), {"takes 40 bytes", "but 44 follow"}));
  }
  const std::string huge = idx(0x08, {0xffffffff, 0xffff}, "abc");
  EXPECT_TRUE(says(refusal(huge), {"but 3 follow"}));
  EXPECT_TRUE(says(refusal(gzip(huge)), {"but 3 follow"}));
  EXPECT_TRUE(says(refusal(idx(0x08, {0xffffffff, 0xffffffff, 0xffffffff}, "abc")), {"beyond any memory"}));
}

TEST(Idx, RefusesBrokenGzip) {
  const std::string packed = gzip(idx(0x08, {10, 2, 2}, counting(40)));
  for (const std::size_t size : {packed.size() - 1, packed.size() - 9, std::size_t{12}}) {
    EXPECT_TRUE(says(refusal(packed.substr(0, size)), {"a-idx", "gzip data end too early"})) << size;
  }
  std::string changed = packed;
  changed[changed.size() - 6] = static_cast<char>(changed[changed.size() - 6] ^ 1);  // CRC-32, RFC 1952
  EXPECT_TRUE(says(refusal(changed), {"gzip data are corrupt"}));
  EXPECT_TRUE(says(refusal(packed + "garbage"), {"gzip data are corrupt"}));
}

TEST(Idx, RefusesWhatIsNoIdx) {
  EXPECT_TRUE(says(refusal(""), {"a-idx", "not an IDX file"}));
  EXPECT_TRUE(says(refusal("a text"), {"not an IDX file"}));
  EXPECT_TRUE(says(refusal(idx(0x0A, {1}, "a")), {"not an IDX file"}));
  EXPECT_TRUE(says(refusal(idx(0x08, {}, "a")), {"not an IDX file"}));
  EXPECT_TRUE(says(refusal(idx(0x08, {1, 1}, "a").substr(0, 11)), {"ends within"}));
}

class IdxFiles : public ArrayFiles {
 protected:
  const std::string images_ = idx(0x08, {2, 1, 2}, "abcd");
  const std::string labels_ = idx(0x08, {2}, "\x05\x03");
};

TEST_F(IdxFiles, FindsTheLabelsBesideTheImages) {
  const auto images = write("t10k-images-idx3-ubyte", images_);
  write("t10k-labels-idx1-ubyte.gz", gzip(labels_));
  for (const auto& path : {images, folder()}) {
    const DataSet data = open_idx(path, {});
    EXPECT_EQ(data.format, "idx");
    ASSERT_EQ(data.records.size(), 2u);
    EXPECT_EQ(data.records[1].path, "1");
    EXPECT_EQ(data.records[1].split, Split::none);
    EXPECT_EQ(data.label_columns.at(0).classes, (std::vector<std::string>{"3", "5"}));
    EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{1}));
  }
  EXPECT_EQ(open_idx(folder() / "", {}).name, folder().filename().string());
}

TEST_F(IdxFiles, SeveralPairsAreSplits) {
  write("t10k-images.idx3-ubyte", images_);
  write("t10k-labels.idx1-ubyte", labels_);
  write("train-images.idx3-ubyte.gz", gzip(images_));
  write("train-labels.idx1-ubyte", labels_);
  const DataSet data = open_idx(folder(), {});
  ASSERT_EQ(data.records.size(), 4u);
  EXPECT_EQ(data.records[1].path, "train/1");
  EXPECT_EQ(data.records[2].path, "test/0");
  EXPECT_EQ(data.records[2].split, Split::test);
}

TEST_F(IdxFiles, RefusesPairsThatAreNoSplits) {
  write("letters-images-idx3-ubyte", images_);
  write("train-images-idx3-ubyte", images_);
  EXPECT_TRUE(says(message_of([&] { open_idx(folder(), {}); }),
                   {folder().string(), "letters-images-idx3-ubyte, train-images-idx3-ubyte"}));
  EXPECT_EQ(open_idx(folder() / "letters-images-idx3-ubyte", {}).records.size(), 2u);
}

TEST_F(IdxFiles, LabelsMayBeMissingOrNamed) {
  const auto images = write("digits", images_);
  EXPECT_TRUE(open_idx(images, {}).label_columns.empty());
  ReadOptions options;
  options.labels = write("answers", labels_);
  EXPECT_EQ(open_idx(images, options).label_columns.size(), 1u);
}

TEST_F(IdxFiles, RefusesLabelsOfAnotherLength) {
  write("t10k-images-idx3-ubyte", images_);
  write("t10k-labels-idx1-ubyte", idx(0x08, {3}, "abc"));
  EXPECT_TRUE(says(message_of([&] { open_idx(folder(), {}); }),
                   {"t10k-labels-idx1-ubyte", "3 labels", "t10k-images-idx3-ubyte", "2 images"}));
}

TEST_F(IdxFiles, RefusesLabelsGivenAsImages) {
  const auto labels = write("t10k-labels-idx1-ubyte", labels_);
  EXPECT_TRUE(says(message_of([&] { open_idx(labels, {}); }), {"t10k-labels-idx1-ubyte", "(2,)"}));
}

TEST_F(IdxFiles, AreRecognised) {
  EXPECT_FALSE(is_idx_folder(folder()));
  EXPECT_FALSE(is_idx_folder(folder() / "none"));
  EXPECT_FALSE(is_idx_file(folder() / "none"));
  EXPECT_FALSE(is_idx_file(folder()));
  EXPECT_FALSE(is_idx_file(write("text", "a text")));
  EXPECT_FALSE(is_idx_file(write("text.gz", gzip("a text"))));
  EXPECT_FALSE(is_idx_file(write("broken.gz", "\x1f\x8b")));
  EXPECT_TRUE(is_idx_file(write("plain", images_)));
  const auto images = write("train-images-idx3-ubyte.gz", gzip(images_));
  EXPECT_TRUE(is_idx_file(images));
  EXPECT_FALSE(is_idx_folder(images));
  EXPECT_TRUE(is_idx_folder(folder()));
  EXPECT_TRUE(says(message_of([&] { open_idx(folder() / "none", {}); }), {"none", "No such file"}));
}

TEST_F(IdxFiles, ReadsMnist) {
  const auto shared = shared_data();
  if (!shared) GTEST_SKIP() << "FATHOM_SHARED names no folder of real data";
  // Counts and sums by NumPy 1.24; 1548 and 1260 are the nearest pair of golden.json, a 1 and a 7.
  ASSERT_TRUE(is_idx_folder(*shared / "mnist"));
  const DataSet data = open_idx(*shared / "mnist", {});
  EXPECT_EQ(data.name, "mnist");
  ASSERT_EQ(data.records.size(), 10000u);
  std::vector<std::string> first;
  for (const std::size_t i : {0, 1, 2, 3, 1548, 1260}) {
    first.push_back(
        data.label_columns.at(0).classes.at(static_cast<std::size_t>(data.records[i].labels.at(0))));
  }
  EXPECT_EQ(first, (std::vector<std::string>{"7", "2", "1", "0", "1", "7"}));
  EXPECT_EQ(data.records[1548].path, "1548");
  EXPECT_EQ(class_counts(data),
            (std::vector<std::size_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
  EXPECT_EQ(sum_of(data.pixels->read(0)), 18454u);
  EXPECT_EQ(sum_of(data.pixels->read(1548)), 11292u);
  EXPECT_EQ(sum_of(data.pixels->read(9999)), 41833u);
  const Image one = data.pixels->read(1548), seven = data.pixels->read(1260);
  std::int64_t squared = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const int difference = one.pixels<std::uint8_t>()[i] - seven.pixels<std::uint8_t>()[i];
    squared += difference * difference;
  }
  EXPECT_EQ(squared, 595471);  // 771.6676745853748 squared
}

}  // namespace
}  // namespace fathom
