#include "fathom/read/image_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

class ImageFolderTest : public ArrayFiles {
 protected:
  fs::path root() const { return folder() / "data"; }
  DataSet open(const Names& files) const {
    for (const std::string& file : files) write("data/" + file, "");
    return open_image_folder(root(), {});
  }
  std::string refusal() const {
    return message_of([&] { open_image_folder(root(), {}); });
  }
  static Names paths(const DataSet& data) {
    Names result;
    for (const Record& record : data.records) result.push_back(record.path);
    return result;
  }
  static Names classes(const DataSet& data) {
    Names result;
    for (const Record& record : data.records) {
      result.push_back(data.label_columns.at(0).classes.at(static_cast<std::size_t>(record.labels.at(0))));
    }
    return result;
  }
};

TEST_F(ImageFolderTest, AClassIsTheFolderOfTheImage) {
  const DataSet data = open({"dog/1.png", "cat/2.JPG", "more/fox/3.tif"});
  EXPECT_EQ(paths(data), (Names{"cat/2.JPG", "dog/1.png", "more/fox/3.tif"}));
  EXPECT_EQ(classes(data), (Names{"cat", "dog", "fox"}));
  EXPECT_EQ(data.label_columns[0].name, "label");
  EXPECT_EQ(data.format, "folder");
  EXPECT_EQ(data.name, "data");
  EXPECT_EQ(data.records[0].split, Split::none);
  EXPECT_TRUE(data.notes.empty());
}

TEST_F(ImageFolderTest, OrdersByBytesOfTheWholePath) {
  // '-' is 2d, '/' is 2f, 'B' is 42, 'a' is 61, and the first byte of an e with an acute accent in UTF-8 is
  // c3.
  const DataSet data = open({"a/x.png", "a-b/x.png", "B/x.png", "\xc3\xa9/x.png", "a/10.png", "a/9.png"});
  EXPECT_EQ(paths(data), (Names{"B/x.png", "a-b/x.png", "a/10.png", "a/9.png", "a/x.png", "\xc3\xa9/x.png"}));
}

TEST_F(ImageFolderTest, SplitsAreRecognisedByTheTopFolders) {
  const DataSet data =
      open({"Training/cat/1.png", "Testing/cat/2.png", "Testing/dog/3.png", "VALID/x/dog/4.png"});
  EXPECT_EQ(classes(data), (Names{"cat", "dog", "cat", "dog"}));
  EXPECT_EQ(data.label_columns[0].classes, (Names{"cat", "dog"}));
  EXPECT_EQ(data.records[0].split, Split::test);
  EXPECT_EQ(data.records[2].split, Split::train);
  EXPECT_EQ(data.records[3].split, Split::validation);
}

TEST_F(ImageFolderTest, OneTopFolderOfAnotherNameMakesAllClasses) {
  const DataSet data = open({"train/1.png", "test/2.png", "extra/3.png"});
  EXPECT_EQ(classes(data), (Names{"extra", "test", "train"}));
  EXPECT_EQ(data.records[1].split, Split::none);
}

TEST_F(ImageFolderTest, TopFoldersWithoutImagesDoNotCount) {
  const DataSet data = open({"train/cat/1.png", "test/dog/2.png", "scripts/run.py"});
  EXPECT_EQ(data.records[0].split, Split::test);
  ASSERT_EQ(data.notes.size(), 1U);
  EXPECT_TRUE(says(data.notes[0], {"1 file without", "an image suffix was"}));
}

TEST_F(ImageFolderTest, SplitsWithoutClassesHaveNoLabels) {
  const DataSet data = open({"train/1.png", "test/2.png"});
  EXPECT_EQ(data.records[0].split, Split::test);
  EXPECT_TRUE(data.label_columns.empty());
  EXPECT_TRUE(data.records[0].labels.empty());
  EXPECT_TRUE(data.notes.empty());
}

TEST_F(ImageFolderTest, AFlatFolderHasNoLabels) {
  const DataSet data = open({"b.png", "a.png"});
  EXPECT_EQ(paths(data), (Names{"a.png", "b.png"}));
  EXPECT_TRUE(data.label_columns.empty());
}

TEST_F(ImageFolderTest, ImagesBesideClassFoldersTakeTheLabelsAwayAndSaySo) {
  const DataSet data = open({"cat/1.png", "dog/2.png", "overview.png"});
  EXPECT_TRUE(data.label_columns.empty());
  ASSERT_EQ(data.notes.size(), 1U);
  EXPECT_TRUE(says(data.notes[0], {"1 of 3 images", "overview.png", "no labels"}));
}

TEST_F(ImageFolderTest, IntegerClassesSortAsNumbers) {
  EXPECT_EQ(open({"10/a.png", "9/b.png", "-1/c.png"}).label_columns[0].classes, (Names{"-1", "9", "10"}));
}

TEST_F(ImageFolderTest, HiddenFilesAreLeftAlone) {
  const DataSet data = open({"cat/1.png", "cat/._1.png", ".cache/2.png"});
  EXPECT_EQ(paths(data), (Names{"cat/1.png"}));
  EXPECT_TRUE(data.notes.empty());
}

TEST_F(ImageFolderTest, LinksToFoldersAreFollowed) {
  write("elsewhere/1.png", "");
  fs::create_directories(root());
  fs::create_directory_symlink(folder() / "elsewhere", root() / "cat");
  EXPECT_EQ(paths(open({"dog/2.png"})), (Names{"cat/1.png", "dog/2.png"}));
}

TEST_F(ImageFolderTest, LoopsOfLinksAreNamed) {
  write("data/cat/1.png", "");
  fs::create_directory_symlink(root(), root() / "cat" / "back");
  EXPECT_TRUE(says(refusal(), {"cat/back", "link that leads back", "remove the link"}));
}

TEST_F(ImageFolderTest, ALinkToItselfIsNamed) {
  write("data/cat/1.png", "");
  fs::create_symlink(root() / "self", root() / "self");
  EXPECT_TRUE(says(refusal(), {"data/self", "link that leads back"}));
}

TEST_F(ImageFolderTest, ALinkToNothingIsAnImageThatCannotBeRead) {
  write("data/cat/1.png", "");
  fs::create_symlink(folder() / "gone.png", root() / "cat" / "2.png");
  const DataSet data = open({});
  ASSERT_EQ(paths(data), (Names{"cat/1.png", "cat/2.png"}));
  EXPECT_THROW(data.pixels->read(1), ImageError);
}

TEST_F(ImageFolderTest, RefusesFoldersWithoutImages) {
  EXPECT_TRUE(says(refusal(), {"data", "No such file"}));
  fs::create_directories(root() / "cat");
  EXPECT_TRUE(says(refusal(), {"holds no image file", "0 files"}));
  write("data/cat/1.txt", "");
  EXPECT_TRUE(says(refusal(), {"holds no image file", "1 files"}));
}

TEST_F(ImageFolderTest, AnUnreadableFolderIsNamed) {
  write("data/cat/1.png", "");
  write("data/dog/1.png", "");
  if (geteuid() == 0) GTEST_SKIP() << "the superuser may read every folder";
  fs::permissions(root() / "dog", fs::perms::none);
  EXPECT_TRUE(says(refusal(), {"data/dog", "Permission denied", "permissions"}));
  fs::permissions(root() / "dog", fs::perms::owner_all);
}

TEST_F(ImageFolderTest, ColumnsAreOfTablesOnly) {
  write("data/cat/1.png", "");
  ReadOptions options;
  options.group_column = "patient";
  EXPECT_THROW(open_image_folder(root(), options), UsageError);
}

TEST(ImageFolder, BrainMri) {
  const char* shared = std::getenv("FATHOM_SHARED");
  const fs::path path = fs::path(shared == nullptr ? "" : shared) / "data/brainmri";
  if (!fs::is_directory(path)) GTEST_SKIP() << "needs data/brainmri in the folder that FATHOM_SHARED names";
  const DataSet data = open_image_folder(path, {});
  EXPECT_EQ(data.records.size(), 1426U);
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"glioma_tumor", "no_tumor"}));
  EXPECT_EQ(data.records.front().split, Split::test);
  EXPECT_EQ(data.records.back().split, Split::train);
}

TEST_F(ImageFolderTest, AnImageIsKnownByItsPathSizeAndTime) {
  const DataSet data = open({"a/1.png", "a/2.png", "b/1.png"});
  const auto identities = [&](const ReadOptions& options = {}) {
    const DataSet opened = open_image_folder(root(), options);
    std::vector<Hash128> found;
    for (const Record& record : opened.records) found.push_back(opened.pixels->identity(record.source));
    return found;
  };
  for (const char* file : {"a/1.png", "a/2.png", "b/1.png"})
    fs::last_write_time(root() / file, fs::file_time_type{});
  const std::vector<Hash128> before = identities();
  EXPECT_EQ(identities(), before);
  EXPECT_NE(before[0], before[1]);
  EXPECT_NE(before[0], before[2]);

  fs::last_write_time(root() / "a/1.png", fs::file_time_type{std::chrono::nanoseconds(1'000)});
  fs::resize_file(root() / "a/2.png", 1);
  fs::last_write_time(root() / "a/2.png", fs::file_time_type{});
  const std::vector<Hash128> after = identities();
  EXPECT_NE(after[0], before[0]);
  EXPECT_NE(after[1], before[1]);
  EXPECT_EQ(after[2], before[2]);

  ReadOptions smaller;
  smaller.limits.max_side = 100;
  EXPECT_NE(identities(smaller)[2], before[2]);
  EXPECT_EQ(data.pixels->bytes_in_memory(), 0u);
}

}  // namespace
}  // namespace fathom
