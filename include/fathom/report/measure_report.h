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

/// The values of images: one line an image of every data set, RFC 4180, with a header: `name` of the data
/// set, `path` of the image, and a column for every method that has values of images; what else it knows of
/// them has columns after it. Empty where an image has no value. The records are of one run with `local`.
std::string local_csv(std::span<const MeasureRecord> records);

/// For a terminal: an aligned table, the nearest pairs, duplicates, warnings and the time.
std::string measure_table(std::span<const MeasureRecord> records);

}  // namespace fathom
