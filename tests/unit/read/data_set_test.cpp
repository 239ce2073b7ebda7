#include "fathom/read/data_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

TEST(Splits, AreRecognisedInAnyCase) {
  for (const char* name : {"train", "Training", "TRAIN"})
    EXPECT_EQ(recognise_split(name), Split::train) << name;
  for (const char* name : {"val", "Valid", "VALIDATION"})
    EXPECT_EQ(recognise_split(name), Split::validation) << name;
  for (const char* name : {"test", "Testing"}) EXPECT_EQ(recognise_split(name), Split::test) << name;
  for (const char* name : {"", "trains", "tes", "none", "dev"}) EXPECT_FALSE(recognise_split(name)) << name;
  EXPECT_EQ(split_name(Split::validation), "val");
  EXPECT_EQ(split_name(Split::none), "none");
}

class OpenDataSet : public ArrayFiles {
 protected:
  std::string refusal(const fs::path& path, const ReadOptions& options = {}) const {
    return message_of([&] { open_data_set(path, options); });
  }
  /// Two grey images of 2 x 3 pixels.
  static std::string two_images() { return npy("|u1", "(2, 2, 3)", counting(12)); }
};

TEST_F(OpenDataSet, RecognisesFolders) {
  write("folder/cat/1.png", "");
  EXPECT_EQ(open_data_set(folder() / "folder").format, "folder");
  write("mnist/t10k-images-idx3-ubyte", idx(8, {2, 2, 3}, counting(12)));
  write("mnist/t10k-labels-idx1-ubyte", idx(8, {2}, counting(2)));
  EXPECT_EQ(open_data_set(folder() / "mnist").format, "idx");
  write("cifar/test_batch.bin", std::string(3073, '\1'));
  EXPECT_EQ(open_data_set(folder() / "cifar/").format, "cifar10");
  EXPECT_EQ(open_data_set(folder() / "cifar/").name, "cifar");
}

TEST_F(OpenDataSet, RecognisesFilesByContentBeforeName) {
  EXPECT_EQ(open_data_set(write("a.npy", two_images())).format, "npy");
  EXPECT_EQ(open_data_set(write("a.dat", two_images())).format, "npy");
  EXPECT_EQ(open_data_set(write("images", idx(8, {2, 2, 3}, counting(12)))).format, "idx");
  EXPECT_EQ(open_data_set(write("batch.bin", std::string(3073, '\1'))).format, "cifar10");
  EXPECT_EQ(open_data_set(write("batch.bin", std::string(3074, '\1'))).format, "cifar100");
  write("1.png", "");
  for (const char* name : {"list.csv", "list.TSV", "list.txt"}) {
    const DataSet data = open_data_set(write(name, "path\n1.png\n"));
    EXPECT_EQ(data.format, "table");
    EXPECT_EQ(data.name, name);
    EXPECT_EQ(data.path, (folder() / name).string());
  }
}

TEST_F(OpenDataSet, AManifestInTheWorkingFolder) {
  const fs::path before = fs::current_path();
  write("1.png", "");
  write("list.csv", "path\n1.png\n");
  fs::current_path(folder());
  EXPECT_EQ(refusal("list.csv"), "");
  fs::current_path(before);
}

TEST_F(OpenDataSet, AFormatCanBeForced) {
  ReadOptions options;
  options.format = "npy";
  EXPECT_EQ(open_data_set(write("a", two_images()), options).format, "npy");
  EXPECT_TRUE(says(refusal(write("b", "text"), options), {"/b: is not a .npy file"}));
  options.format = "video";
  EXPECT_TRUE(
      says(refusal(folder(), options),
           {"--format", "\"video\"", "auto, folder, table, npz, npy, idx, cifar10, cifar100, dicom"}));
  EXPECT_THROW(open_data_set(folder(), options), UsageError);
  options.format = "table";
  EXPECT_THROW(open_data_set(folder(), options), UsageError);
}

TEST_F(OpenDataSet, SaysWhatIsWrongWithThePath) {
  EXPECT_TRUE(says(refusal(folder() / "absent"), {"absent: does not exist"}));
  EXPECT_TRUE(
      says(refusal(write("a.mp4", "0123456789")), {"a.mp4", "no form that is read", ".npz", "--format"}));
  EXPECT_TRUE(says(refusal(write("empty", "")), {"no form that is read"}));
  EXPECT_TRUE(says(refusal(write("a.png", "")), {"a single image", "folder"}));
  EXPECT_TRUE(says(refusal(write("a.npz", "no archive")), {"a.npz", "zip"}));
  fs::create_directory(folder() / "nothing");
  EXPECT_TRUE(says(refusal(folder() / "nothing"), {"holds no image file"}));
}

TEST_F(OpenDataSet, LabelsGoWithAFolder) {
  write("1.png", "");
  ReadOptions options;
  options.labels = write("labels.csv", "path,label\n1.png,a\n");
  EXPECT_EQ(open_data_set(folder(), options).records.size(), 1U);
  EXPECT_THROW(open_data_set(*options.labels, options), UsageError);
}

}  // namespace
}  // namespace fathom
