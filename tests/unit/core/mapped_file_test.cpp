#include "fathom/core/mapped_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "fathom/core/error.h"
#include "unit/core/temporary_folder.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

void expect_names_file(const fs::path& path, const char* reason, const std::function<void()>& act) {
  try {
    act();
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), path.string());
    EXPECT_NE(error.reason().find(reason), std::string::npos) << error.reason();
  }
}

TEST(MappedFile, WhatIsWrittenToMemoryIsTheFile) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  const auto made = MappedFile::create(path, 10'000);
  EXPECT_TRUE(std::ranges::all_of(made->bytes(), [](std::byte value) { return value == std::byte{0}; }));
  made->bytes()[0] = std::byte{'a'};
  made->bytes()[9'999] = std::byte{'z'};
  made->flush(0, 10'000);
  EXPECT_EQ(made->bytes()[9'999], std::byte{'z'});  // read again after it has left memory
  const std::string contents = contents_of(path);
  ASSERT_EQ(contents.size(), 10'000u);
  EXPECT_EQ(contents.front(), 'a');
  EXPECT_EQ(contents.back(), 'z');
  EXPECT_EQ(MappedFile::read(path)->bytes()[0], std::byte{'a'});
}

TEST(MappedFile, IsCutAndGrown) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  {
    const auto file = MappedFile::create(path, 5);
    std::ranges::fill(file->bytes(), std::byte{'x'});
    file->resize(2);
    EXPECT_EQ(file->bytes().size(), 2u);
    file->resize(4);
    EXPECT_EQ(file->bytes()[3], std::byte{0});
  }
  EXPECT_EQ(contents_of(path), std::string("xx\0\0", 4));
  MappedFile::update(path)->bytes()[3] = std::byte{'y'};
  EXPECT_EQ(contents_of(path), std::string("xx\0y", 4));
}

TEST(MappedFile, EmptyFilesHaveNoBytes) {
  const TemporaryFolder folder;
  const auto file = MappedFile::create(folder.path() / "file", 0);
  EXPECT_TRUE(file->bytes().empty());
  EXPECT_TRUE(MappedFile::read(folder.path() / "file")->bytes().empty());
}

TEST(MappedFile, CreateLeavesAnEarlierFileToWhoHasItMapped) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  MappedFile::create(path, 1)->bytes()[0] = std::byte{'o'};
  const auto old = MappedFile::read(path);
  MappedFile::create(path, 1)->bytes()[0] = std::byte{'n'};
  EXPECT_EQ(old->bytes()[0], std::byte{'o'});
  EXPECT_EQ(contents_of(path), "n");
}

TEST(MappedFile, ErrorsNameTheFile) {
  const TemporaryFolder folder;
  const fs::path missing = folder.path() / "none" / "file";
  expect_names_file(missing, "No such file", [&] { MappedFile::read(missing); });
  expect_names_file(missing, "No such file", [&] { MappedFile::update(missing); });
  expect_names_file(missing, "No such file", [&] { MappedFile::create(missing, 1); });
  expect_names_file(folder.path(), "not a regular file", [&] { MappedFile::read(folder.path()); });
}

TEST(MappedFile, WithoutSpaceNothingIsLeft) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  expect_names_file(path, "cannot be written", [&] { MappedFile::create(path, std::uint64_t{1} << 60); });
  EXPECT_TRUE(folder.names().empty());
}

TEST(MappedFile, AFileThatIsOnlyReadIsNotWritten) {
  const TemporaryFolder folder;
  MappedFile::create(folder.path() / "file", 1);
  const auto file = std::const_pointer_cast<MappedFile>(MappedFile::read(folder.path() / "file"));
  EXPECT_THROW(static_cast<void>(file->bytes()), InternalError);
}

TEST(MappedFile, ValuesKeepItMapped) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  const auto made = MappedFile::create(path, 24);
  *reinterpret_cast<double*>(made->bytes().data() + 16) = 2.5;
  std::shared_ptr<const MappedFile> file = MappedFile::read(path);
  const auto values = values_at<double>(file, 8);
  file.reset();
  fs::remove(path);
  EXPECT_EQ(values[0], 0.0);
  EXPECT_EQ(values[1], 2.5);
}

}  // namespace
}  // namespace fathom
