// A study as one document: its settings, its cells, and what is made of them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fathom/study/store.h"
#include "fathom/study/study.h"

namespace fathom {

/// What other layers have to say of the same cells.
struct StudyParts {
  std::string relate;     ///< JSON of fathom.relate/1; empty: none
  std::string reference;  ///< JSON, an array of published values; empty: none
  std::vector<std::string> warnings;
};

/// Schema fathom.study/1: docs/json.md and docs/schema/study-1.schema.json. Ends with a newline.
/// `cells`: all of the store, of which those that are done and those that failed are told.
std::string study_json(const Study& study, std::span<const StoredCell> cells, const StudyParts& parts,
                       std::span<const std::string> command);

}  // namespace fathom
