// Everything one `relate` has to say, and its three forms.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fathom/relate/relations.h"

namespace fathom {

struct RelateRecord {
  Relations relations;
  RelateOptions options;
  bool reference = false;                   ///< the papers' published values, and not the user's cells
  std::vector<std::string> unused_columns;  ///< of the tables read
  std::size_t repeated = 0;                 ///< cells given more than once
};

/// Schema fathom.relate/1: docs/json.md and docs/schema/relate-1.schema.json. Ends with a newline.
std::string relate_json(const RelateRecord& record, std::span<const std::string> command);

/// One line a term, comparison, correlation and share, RFC 4180, with a header; numbers in full precision.
std::string relate_csv(const RelateRecord& record);

/// For a terminal. Of several networks the fits and correlations of all together; JSON and CSV have those of
/// each.
std::string relate_table(const RelateRecord& record);

/// The published values (reference_values) that are of a data set, as a JSON array of rows: source, reading,
/// dataset, domain, model, samples, and what is published of these: dimension, label_sharpness, test_loss,
/// best_test_accuracy, loss_penalty, peak_dimension. Those not confirmed are left out. Ends with a newline.
std::string reference_json();

/// Sentences for the user, each saying what is the matter and what to do. Empty when all is well.
std::vector<std::string> relate_warnings(const RelateRecord& record);

}  // namespace fathom
