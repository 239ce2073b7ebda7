#include "fathom/core/atomic_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

class AtomicFile : public testing::Test {
 protected:
  AtomicFile() {
    std::string name = (fs::temp_directory_path() / "fathom-atomic-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~AtomicFile() override { fs::remove_all(folder_); }

  static std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_))
      found.push_back(entry.path().filename().string());
    return found;
  }

  fs::path folder_;
};

TEST_F(AtomicFile, WritesAndReplacesWhole) {
  const fs::path file = folder_ / "result";
  write_file(file, std::string("a\0b\n", 4));
  EXPECT_EQ(contents(file), std::string("a\0b\n", 4));
  write_file(file, "");
  EXPECT_EQ(contents(file), "");
  const std::string large(3'000'000, 'x');
  write_file(file, large);
  EXPECT_EQ(contents(file), large);
  EXPECT_EQ(names(), std::vector<std::string>{"result"});
}

TEST_F(AtomicFile, IsAsReadableAsTheUserWants) {
  const mode_t before = umask(027);
  write_file(folder_ / "result", "x");
  umask(before);
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder_ / "result").permissions()), 0640u);
}

TEST_F(AtomicFile, NoFolderIsAnErrorThatNamesTheFile) {
  const fs::path file = folder_ / "none" / "result";
  try {
    write_file(file, "x");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), file.string());
    EXPECT_NE(error.reason().find("No such file or directory"), std::string::npos);
    EXPECT_EQ(error.kind(), InputError::Kind::data);
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(AtomicFile, FailureLeavesWhatWasThereAndNoTemporary) {
  const fs::path old = folder_ / "old";
  fs::create_directory(old);
  std::ofstream(old / "inside") << "kept";
  EXPECT_THROW(write_file(old, "x"), InputError);  // a folder is not replaced
  EXPECT_EQ(contents(old / "inside"), "kept");
  EXPECT_EQ(names(), std::vector<std::string>{"old"});
}

TEST_F(AtomicFile, OfALinkTheFileItLeadsToIsReplaced) {
  write_file(folder_ / "file", "old");
  fs::create_symlink("file", folder_ / "link");
  write_file(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(contents(folder_ / "file"), "new");
}

TEST_F(AtomicFile, ADeviceIsWrittenIntoAndStaysOne) {
  write_file("/dev/null", "x");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "this machine has no /dev/full";
  EXPECT_THROW(write_file("/dev/full", "x"), InputError);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

}  // namespace
}  // namespace fathom
