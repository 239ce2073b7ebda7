// Correlation of two variables, with intervals that respect the data sets which the points come from.
//
// Pearson      r of the values. Interval: Fisher (1921), tanh(artanh r +- z / sqrt(n - 3)).
// Spearman     r of the ranks, ties sharing their mean rank. Interval: Fisher's with the variance
//              (1 + r^2 / 2) / (n - 3) of Bonett and Wright (2000).
// p            of both: t = r sqrt((n - 2) / (1 - r^2)) on n - 2 degrees of freedom, as scipy's.
// Bootstrap    percentiles over resamples of whole clusters (Davison and Hinkley 1997, section 3.8), since
// points
//              of one data set are no independent evidence. Resamples without variance are passed over.
// Line         least squares of y on x.
// Units        slope in y per x.
// Refused      Fewer than 3 points, or a variable that is constant: no correlation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "fathom/core/progress.h"
#include "fathom/estimate/dimension.h"

namespace fathom {

struct CorrelationCoefficient {
  double r = 0.0;
  Interval interval{};                         ///< [-1, 1] of 3 points; takes points as independent
  std::optional<Interval> bootstrap_interval;  ///< none below 4 clusters: there are too few resamples
  double p_value = 0.0;
};

struct Correlation {
  std::size_t n = 0;
  CorrelationCoefficient pearson, spearman;
  double slope = 0.0, intercept = 0.0;
};

struct BootstrapOptions {
  std::size_t resamples = 2000;
  std::uint64_t seed = 0;
  unsigned threads = 1;  ///< the result does not depend on it
  double confidence = 0.95;
};

/// `cluster`: of each point, any numbers. None where there are fewer than 3 points or x or y is constant.
/// Throws Interrupted.
std::optional<Correlation> correlate(std::span<const double> x, std::span<const double> y,
                                     std::span<const std::size_t> cluster, const BootstrapOptions& options,
                                     Progress& progress = no_progress());

}  // namespace fathom
