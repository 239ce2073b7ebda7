// A study in its forms: how far it is, and its table of results.
#pragma once

#include <span>
#include <string>

#include "fathom/relate/cell_result.h"
#include "fathom/study/status.h"

namespace fathom {

/// Schema fathom.study-status/1: docs/json.md and docs/schema/study-status-1.schema.json. Ends with a
/// newline.
std::string study_status_json(const StudyStatus& status, const std::string& name,
                              std::span<const std::string> command);

/// For a terminal: counts by data set and model, the time left, and what failed.
std::string study_status_table(const StudyStatus& status);

/// "about 3 min" or "about 2 h 10 min".
std::string about_time(double seconds);

/// One line a cell, RFC 4180, with a header; columns are named as the members of CellResult. Classes stand
/// with ';' between them. An attack is a column of losses and one of accuracies, such as fgsm_2_loss and
/// fgsm_2_accuracy. Where a cell has several layers, their peak has columns, and they are JSON in one. What
/// was not measured is empty. Numbers in full precision.
std::string cell_results_csv(std::span<const CellResult> cells);

}  // namespace fathom
