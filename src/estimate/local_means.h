// Estimators that have a value at every point, whose mean is the value of the whole.
#pragma once

#include <span>
#include <vector>

#include "estimate/neighborhood.h"
#include "fathom/estimate/estimator.h"
#include "fathom/estimate/local_method.h"

namespace fathom {

/// Of every method its means over the points that have a value, with the intervals of ten pairs of halves
/// (split_halves.h has their law), in which every value is worked out anew from the neighbours in the half.
/// One pass over the points serves all methods and all halves: a neighbourhood in a half is a part of the
/// listed one, whose scalar products are found once.
std::vector<std::vector<DimensionEstimate>> local_means(std::span<const LocalMethod> methods,
                                                        const Sample& sample,
                                                        const EstimatorSettings& settings,
                                                        Progress& progress);

}  // namespace fathom
