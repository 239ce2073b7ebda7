// Correlation dimension: how fast the number of pairs grows with their distance, between two scales.
//
// Equation     C(r) = share of all pairs closer than r; d = log(C(r2) / C(r1)) / log(r2 / r1), with r1 and r2
//              the medians over all points of the distance to the 10th and to the 20th neighbour.
// Source       Grassberger and Procaccia, Physica D 9:189 (1983); the radii are those of
//              scikit-dimension.
// Pairs        All, exactly: from the listed neighbours where the last is beyond r2, and for the other points
//              (dense places) from a scan of their pairs.
// Zero         Exact duplicates are collapsed before: they would count as pairs at every scale.
// Units        None; distances may be in any unit.
// Interval     Analytic: C is a mean over pairs (a U-statistic), so with c_i(r) the neighbours of i within r
//              and h_i = c_i(r2) / mean c(r2) - c_i(r1) / mean c(r1), the variance of log C(r2) - log C(r1)
//              is 4 var(h) / n - (2/n) (1 / mean c(r1) - 1 / mean c(r2)) (Hoeffding, Ann. Math. Stat.
//              19:293, 1948; var(h) has the noise of each pair twice). With A anchors the first term is
//              var(h) (1/A + 3/n). It holds overlapping neighbourhoods, and takes the radii as given.
// Limit        At n points dimensions beyond about 2 log10 n are not to be told (Eckmann and Ruelle, Physica
//              D 56:185, 1992): reported as `largest`.
// Agreement    scikit-dimension CorrInt, manifolds.json to 1e-9 relative but where a pair lies at a radius.
// Refused      Fewer than 22 points; r1 = r2; no pair within r1.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator corrint_estimator();

}  // namespace fathom
