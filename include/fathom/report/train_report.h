// A training run in two forms.
#pragma once

#include <span>
#include <string>

#include "fathom/report/train_record.h"

namespace fathom {

/// Schema fathom.train/1: docs/json.md and docs/schema/train-1.schema.json. Ends with a newline.
std::string train_json(const TrainRecord& record, std::span<const std::string> command);

/// Which images were trained on and tested on: an object of two lists of paths, "train" and "test".
std::string split_json(const TrainTestSplit& split, std::span<const Record> records);

/// For a terminal: what was learned from what, how well, how long it took.
std::string train_summary(const TrainRecord& record);

}  // namespace fathom
