// The folder of real data and golden numbers, which is not part of the project.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace fathom {

inline std::optional<std::filesystem::path> shared_folder() {
  const char* name = std::getenv("FATHOM_SHARED");
  if (name == nullptr || !std::filesystem::is_directory(name)) return std::nullopt;
  return std::filesystem::path(name);
}

}  // namespace fathom

/// First statement of a test that needs the folder.
#define FATHOM_SKIP_WITHOUT_SHARED() \
  if (!::fathom::shared_folder())    \
  GTEST_SKIP() << "needs the folder of real data (FATHOM_SHARED), which is not here"
