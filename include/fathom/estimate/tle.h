// TLE: dimension within tight localities, from all distances among the k nearest neighbours.
//
// Equation     q a point, u_a the distances to its k neighbours, r the largest, v_ab the distance of two of
//              them, all over r. Each ordered pair measures twice where the sphere around q would lie if a
//              were the centre: s_ab = [sqrt(g^2 + 4 v^2 (1 - u_a^2)) - g] / (2 (1 - u_a^2)) with
//              g = u_a^2 + v^2 - u_b^2, and t_ab, the same with the mirror image of b, v^2 replaced by
//              2 u_a^2 + 2 u_b^2 - v^2. Then d_q = -2 m / (sum log s + sum log t + 2 sum_a log u_a), m the
//              pairs and distances used (k^2 where none is left out).
//              The value is the mean over points.
// Source       Amsaleg, Chelly, Houle, Kawarabayashi, Radovanovic, Treeratanajaru, SDM 2019; s and t in the
//              form that does not cancel.
// Zero         Exact duplicates are collapsed before. Measurements below 1e-4 r are left out with their pair.
//              The reference compares with 1e-4 in units of the data, so that its result depends on them.
// Units        None; distances may be in any unit.
// Interval     Split halves, ten splits (local_means.h): the overlap of neighbourhoods is in it. No analytic
//              one: the measurements of a point depend on each other.
// Agreement    scikit-dimension TLE (k = 20), manifolds.json; docs/parity.md has the tolerance.
// Refused      k < 2; fewer than k neighbours everywhere.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator tle_estimator();

}  // namespace fathom
