// Dimension from the length of the minimum spanning tree: how slowly it grows with the number of points.
//
// Equation     L(p) = length of the Euclidean minimum spanning tree of p points, the sum of its edges. In
//              dimension d it grows like p^((d-1)/d): with a the slope of the line through log L against log
//              p (least squares) at p = n, n/2 and n/4, d = 1 / (1 - a). Each part is of a seeded random
//              order of the points cut into halves and quarters, and L is the mean over both halves, all
//              quarters, and ten orders.
// Source       Costa and Hero, IEEE Trans. Signal Process. 52:2210 (2004), with Euclidean edges and the power
//              gamma = 1; the growth is that of Steele, Ann. Probab. 16:1767 (1988).
// Tree         Exact: from the listed neighbours where these prove an edge to be the shortest that leaves a
//              tree (Boruvka), otherwise from a scan of the pairs between trees. Where there are more than
//              20,000 points, so many seeded random ones are taken, which `n` says.
// Boundary     Points at the boundary have longer edges, by a share that falls with p: low where d is large.
// Zero         Exact duplicates are collapsed before.
// Units        None; distances may be in any unit.
// Groups       Pairs of one group are no edges.
// Interval     Split halves: the halves of each of the ten orders, with p = n/2, n/4 and n/8.
// Agreement    The tree: scipy.sparse.csgraph.minimum_spanning_tree, to rounding (graph_estimators_test.cpp).
// Refused      Fewer than 80 points; lengths that grow as fast as the number of points, which no dimension
// does.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator minimum_spanning_tree_estimator();

}  // namespace fathom
