// A list of records in three forms.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fathom/report/measure_record.h"

namespace fathom {

/// Schema fathom.measure/1: docs/json.md and docs/schema/measure-1.schema.json. Ends with a newline.
std::string measure_json(std::span<const MeasureRecord> records, std::span<const std::string> command);

/// One line a data set and label column, RFC 4180, with a header. Numbers in full precision.
std::string measure_csv(std::span<const MeasureRecord> records);

/// For a terminal: an aligned table, the nearest pairs, duplicates, warnings and the time.
std::string measure_table(std::span<const MeasureRecord> records);

}  // namespace fathom
