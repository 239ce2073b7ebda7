// A run of a study: cells taken, one by one, until none is left.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cell_filter.h"
#include "fathom/study/study.h"

namespace fathom {

struct StudyRunOptions {
  std::filesystem::path folder;  ///< of the store and the checkpoints
  std::filesystem::path data;    ///< what the paths of data sets are relative to
  CellFilter only;
  std::optional<std::size_t> max_cells;
  bool dry_run = false, retry_failed = false, quiet = false;
  unsigned threads = 1;
  std::string device = "auto";
  std::vector<std::string> line;  ///< the command line, which may ask for hashes in place of paths
};

/// The store in the folder of a study.
std::filesystem::path store_in(const std::filesystem::path& folder);

/// Hash of the study file's bytes.
std::string study_hash(const std::filesystem::path& file);

/// Prints a line for every cell. Throws InputError at the end where a cell has failed or a data set could not
/// be read; Interrupted, with all progress kept.
void run_study(const Study& study, const StudyRunOptions& options);

}  // namespace fathom
