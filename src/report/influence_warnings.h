// What leaving out one data set does to a fit, in words.
#pragma once

#include <string>
#include <vector>

#include "fathom/relate/relations.h"

namespace fathom {

/// Not a level: neither the intercept nor the effect of a group.
bool is_slope(const std::string& term);

/// One sentence for each data set whose absence changes the sign of a slope or makes R^2 collapse.
std::vector<std::string> influence_warnings(const LawFit& fit);

/// One sentence where there is no fit without a data set.
std::vector<std::string> indispensable_warnings(const LawFit& fit);

}  // namespace fathom
