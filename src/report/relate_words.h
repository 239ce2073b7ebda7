// How tables and warnings call what laws are asked of.
#pragma once

#include <string>
#include <string_view>

#include "fathom/relate/relations.h"

namespace fathom {

/// "medical, N = 500"; empty where nothing is restricted.
std::string words_of(const CellSubset& subset);
/// "fgsm, epsilon 2".
std::string words_of(const CorrelationSubset& subset);
/// "domain slopes": names of the JSON in words.
std::string words_of(std::string_view name);

}  // namespace fathom
