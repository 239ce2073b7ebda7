// ESS: dimension from how skewed to each other the vectors of a neighbourhood are.
//
// Equation     x_1 .. x_k the k nearest neighbours less their mean, theta the angle of two of them.
//              a   s = sum |x_i| |x_j| |sin theta_ij| / sum |x_i| |x_j| over all pairs; of directions uniform
//                  in dimension d, E s = Gamma(d/2)^2 / (Gamma((d-1)/2) Gamma((d+1)/2)), rising from 0 at d =
//                  1
//              b   the same with |cos theta_ij|; E s = Gamma(d/2) / (sqrt(pi) Gamma((d+1)/2)), falling from 1
//              d at a point: between the two whole numbers whose expectations enclose s, linear in s. The
//              value is the mean over points.
// Source       Johnsson, Soneson, Fontes, IEEE Trans. PAMI 37:196 (2015), simplices of one
//              vector beside the first.
// Pairs        All pairs of a neighbourhood; the reference draws some at random.
// Zero         Exact duplicates are collapsed before. A neighbour at the mean has no direction and no weight.
// Units        None.
// Interval     Split halves, ten splits (local_means.h), at k neighbours within the half. No analytic one.
// Agreement    a = scikit-dimension ESS (k = 100) to 1 %, manifolds.json: that one draws its pairs.
// Refused      Fewer than 101 points.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

/// k = 100, the number of the reference.
Estimator ess_estimator();

}  // namespace fathom
