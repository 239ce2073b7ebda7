// A share of a count, with its interval.
#pragma once

#include <cstddef>

#include "fathom/estimate/dimension.h"

namespace fathom {

/// Wilson's score interval (1927) of count / n: of some width at 0 and n too. n >= 1, count <= n. It takes
/// the n as independent.
Interval wilson_interval(std::size_t count, std::size_t n, double confidence = 0.95);

}  // namespace fathom
