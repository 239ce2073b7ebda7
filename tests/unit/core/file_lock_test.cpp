#include "fathom/core/file_lock.h"

#include <gtest/gtest.h>

#include <optional>

#include "fathom/core/error.h"
#include "unit/core/temporary_folder.h"

namespace fathom {
namespace {

TEST(FileLock, IsHeldByOneAndLeavesNothing) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  std::optional<FileLock> first(path);
  try {
    const FileLock second(path);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), path.string());
    EXPECT_EQ(error.reason(), "is held by another run");
  }
  first.reset();
  EXPECT_TRUE(folder.names().empty());
  EXPECT_NO_THROW(FileLock{path});
}

TEST(FileLock, NoFolderIsAnErrorThatNamesTheFile) {
  EXPECT_THROW(FileLock("/nowhere/lock"), InputError);
}

}  // namespace
}  // namespace fathom
