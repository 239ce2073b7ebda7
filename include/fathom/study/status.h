// How far a study is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/study/store.h"

namespace fathom {

struct CellCounts {
  std::size_t done = 0, running = 0, queued = 0, failed = 0, left_out = 0;
};

/// Of one data set and model.
struct CellGroup {
  std::string dataset, model;
  CellCounts counts;
};

struct StudyStatus {
  std::vector<CellGroup> groups;  ///< in the order of the plan
  CellCounts counts;
  /// Seconds of one run for the cells that are queued or running; nothing where a model has no done cell yet.
  std::optional<double> seconds_left;
  std::vector<StoredCell> failed, left_out;
  std::vector<UnreadDataSet> unread;
};

StudyStatus status_of(std::span<const StoredCell> cells, std::vector<UnreadDataSet> unread);

/// Seconds that a cell takes: the mean of the done cells of its model and training size; otherwise, in
/// proportion to the training size, of its model. Nothing where there is none.
std::optional<double> expected_seconds(std::span<const StoredCell> cells, const CellName& name);

}  // namespace fathom
