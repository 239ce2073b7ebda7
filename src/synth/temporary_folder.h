// A folder that appears whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace fathom::synth {

/// A new folder beside `target`; commit() gives it that name, and without it the destructor removes it.
class TemporaryFolder {
 public:
  /// Throws InputError: `target` is a file or a folder that holds anything, or no folder can be made beside
  /// it.
  explicit TemporaryFolder(const std::filesystem::path& target);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  void add_folder(const std::filesystem::path& name);
  /// Throws InputError when the disk takes no more. May be called from several threads, with different names.
  void add_file(const std::filesystem::path& name, std::string_view contents);
  void commit();

 private:
  std::filesystem::path target_, folder_;
};

}  // namespace fathom::synth
