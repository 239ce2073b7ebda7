// How a length grows with the number of points.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace fathom {

/// Of the least-squares line through log y against log x; at least two different x, all positive.
inline double log_log_slope(std::span<const double> x, std::span<const double> y) {
  double mean_x = 0.0, mean_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += std::log(x[i]) / static_cast<double>(x.size());
    mean_y += std::log(y[i]) / static_cast<double>(x.size());
  }
  double xx = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double off = std::log(x[i]) - mean_x;
    xx += off * off;
    xy += off * (std::log(y[i]) - mean_y);
  }
  return xy / xx;
}

}  // namespace fathom
