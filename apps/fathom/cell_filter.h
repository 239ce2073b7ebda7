// Which cells of a study: --only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fathom/study/cell.h"
#include "fathom/study/study.h"

namespace fathom {

/// By key: dataset, model, samples, seed. A key that is not there: all.
using CellFilter = std::map<std::string, std::set<std::string>>;

/// Of words such as "model=resnet18". Several of one key: any of them. Throws UsageError naming --only: a
/// word of another form, or one that no cell of the study has, with the nearest that some have.
CellFilter cell_filter(const std::vector<std::string>& words, const Study& study);

bool is_wanted(const CellName& name, const CellFilter& only);

}  // namespace fathom
