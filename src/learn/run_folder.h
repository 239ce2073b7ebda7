// The folder of a training run.
#pragma once

#include <filesystem>
#include <memory>

#include "fathom/core/file_lock.h"

namespace fathom {

/// Made where it is not there, and held against other runs as long as this lives. One that was made for
/// nothing is removed.
class RunFolder {
 public:
  /// Throws InputError: it cannot be made, or another run is in it.
  explicit RunFolder(std::filesystem::path path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  static std::filesystem::path checkpoint_in(const std::filesystem::path& folder) {
    return folder / "checkpoint.safetensors";
  }
  std::filesystem::path checkpoint() const { return checkpoint_in(path_); }
  std::filesystem::path log() const { return path_ / "log.jsonl"; }

 private:
  /// What a killed run was writing beside a file.
  void remove_unfinished() const;

  std::filesystem::path path_;
  bool made_ = false;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace fathom
