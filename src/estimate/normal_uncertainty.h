// Standard errors of estimates that are nearly normal.
#pragma once

#include "fathom/estimate/dimension.h"

namespace fathom {

inline Uncertainty normal_uncertainty(double value, double std_error) {
  constexpr double quantile = 1.959963984540054;  // 0.975
  return {std_error, {value - quantile * std_error, value + quantile * std_error}};
}

}  // namespace fathom
