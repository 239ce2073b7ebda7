// Dimension from how far half of the k nearest neighbours reach.
//
// Equation     r_i = log(T_k(x_i) / T_h(x_i)), h = ceil(k/2): the number of neighbours doubles over that
//              distance, so d is near log 2 / r_i. In a Poisson process d r_i is a sum of independent
//              exponentials of mean 1/h, ..., 1/(k-1), and d E r = H = 1/h + ... + 1/(k-1), not log 2.
//              pooled        d = H / mean_i r_i               consistent, the headline
//              as_published  d = mean_i log 2 / r_i           high: by 1/r's convexity, and low by log 2 / H
// Source       Farahmand, Szepesvari, Audibert, ICML 2007 (average of the local values). H is
//              ours.
// Zero         Exact duplicates are collapsed before. A point with T_k = T_h has r = 0: as_published is then
//              infinite and not reported.
// Units        None.
// Interval     Split halves. Analytic, of pooled: standard error d sqrt(sum 1/j^2) / (H sqrt n) over
//              j = h .. k-1, points taken as independent.
// Agreement    as_published = scikit-dimension MADA (k = 20), manifolds.json to 1e-9 relative. Its matrix of
//              all distances, overwritten by the first call, is not needed.
// Refused      k < 2; fewer than k neighbours everywhere; every distance equal.
#pragma once

#include <cstddef>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// The number of a point is r_i; the values are those of the variants in their order. k >= 2.
PointStatistic mada_statistic(std::size_t k);

Estimator mada_estimator();

}  // namespace fathom
