// Dimension by the method of moments: from the mean distance of the k nearest neighbours.
//
// Equation     m_i = mean_{j<k} T_j(x_i) / T_k(x_i); in a ball of uniform density E m = d / (d + 1).
//              pooled        d = m / (1 - m), m = mean_i m_i                 the headline
//              mean          d = mean_i m_i / (1 - m_i)
//              as_published  d = mean_i m'_i / (1 - m'_i), m'_i = mean_{j<=k} T_j / T_k: the k-th distance,
//                            which sets the scale and tells nothing, counts as one more. High by
//                            (d + 1) / (k - 1)
// Source       Amsaleg et al., Data Min. Knowl. Disc. 32:1768 (2018) (first moment).
// Zero         Exact duplicates are collapsed before. All k distances equal: m = 1, and the mean forms are
//              infinite and not reported.
// Units        None; distances may be in any unit.
// Interval     Split halves (split_halves.h). Analytic, of pooled: (T_j / T_k)^d is uniform, so that the
//              standard error is (d + 1) sqrt(d / ((d + 2) n (k - 1))), points taken as independent.
// Agreement    as_published = scikit-dimension MOM (k = 100), manifolds.json to 1e-9 relative.
// Refused      k < 2; fewer than k neighbours everywhere; every distance equal.
#pragma once

#include <cstddef>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// The number of a point is m_i; the values are those of the variants in their order. k >= 2.
PointStatistic mom_statistic(std::size_t k);

/// k = 100, the number of the reference.
Estimator mom_estimator();

}  // namespace fathom
