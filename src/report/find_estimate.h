// Picks one estimate out of a measurement.
#pragma once

#include <string_view>

#include "fathom/estimate/measure.h"

namespace fathom {

inline const DimensionEstimate* find_estimate(const Measurement& measurement, std::string_view estimator,
                                              std::string_view variant) {
  for (const DimensionEstimate& estimate : measurement.dimension) {
    if (estimate.estimator == estimator && estimate.variant == variant) return &estimate;
  }
  return nullptr;
}

}  // namespace fathom
