// Options that every command on image data shares: how DATA is read, chosen from and prepared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/prepare/protocol.h"
#include "fathom/prepare/select.h"
#include "fathom/read/data_set.h"

namespace CLI {
class App;
}

namespace fathom {

struct DataOptions {
  std::vector<std::string> data;
  ReadOptions read;
  std::string labels;
  bool ignore_labels = false;
  bool skip_bad = false;
  bool redact_paths = false;

  std::string protocol, view, size, channels, range, compat;  ///< empty: not given
  std::vector<std::string> classes;
  std::string positive, split;
  std::uint32_t samples = 0;  ///< 0: all

  std::uint64_t seed = 0;
  unsigned threads = 1;

  enum class Sets { one, several };

  /// Declares DATA and the options on a command; --seed and --threads apart, since help shows them after the
  /// command's own.
  void add_to(CLI::App& command, Sets sets = Sets::several);
  void add_running_to(CLI::App& command);
  /// Of data of this kind: the default protocol is iclr2024 for images and native for vectors. Throws
  /// UsageError.
  Protocol chosen_protocol(bool vectors) const;
  Selection selection() const;
  /// A path as outputs show it: a hash where redact_paths.
  std::string shown_path(const std::string& path) const;
  /// Opens one DATA and keeps what is selected. Throws InputError.
  DataSet open(const std::string& path, Progress& progress) const;
  /// As open(), of medical images through this view and not through the one the options choose.
  DataSet open(const std::string& path, View chosen, Progress& progress) const;
};

}  // namespace fathom
