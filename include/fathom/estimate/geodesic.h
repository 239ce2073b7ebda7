// Dimension from how distances along the graph of nearest neighbours are distributed, up to the commonest.
//
// Equation     p(r), the density of the lengths of shortest paths, is near its maximum like that of a sphere
// of
//              dimension d: log p(r) / p(r_max) = (d - 1) log sin(pi r / (2 r_max)), fitted by least squares
//              over r_max - 2 sd < r <= r_max; r_max and p(r_max) are those of a parabola through log p(r)
//              over r_max - sd < r < r_max + sd / 2, twice, the first time about the maximum of p smoothed.
// Source       Granata and Carnevale, Sci. Rep. 6:31377 (2016), equation 2 and the fit of its left flank.
// Difference   Bins are sd / 8 wide, not a fiftieth of the range; sd is that of all distances, not of the
//              parabola, which at few edges a path fits the edges' own steps; and both fits count a bin by
//              its distances, since the published ones let a bin of a few weigh as much as one of thousands.
// Graph        Every point and its k nearest, either way; k = 5, or 10 or 20 where fewer than 90 % of the
// points
//              hang together at less. Its largest component is measured: `n` is the number of its points.
// Paths        From 256 seeded points to all others (Dijkstra).
// Limit        A dimension whose distances spread over less than one and a half edges is not to be told,
// since
//              paths go by whole edges: sd is about 2 r_max / (pi sqrt(d - 1)), so `largest` is
//              1 + (2 r_max / (1.5 pi e))^2 with e the mean length of an edge. Beyond it a value says no more
//              than that the dimension is as high.
// Zero         Exact duplicates are collapsed before.
// Units        None; distances may be in any unit.
// Interval     Split halves, ten splits, the whole method on each half, with half as many sources.
// Agreement    The paths: scipy.sparse.csgraph.dijkstra, to rounding; the value: a NumPy program of the same
//              definition (graph_estimators_test.cpp).
// Refused      Fewer than 101 points; anchors, whose neighbours alone make no graph; a component of less than
//              half of the points; distances whose commonest is below two edges, or that have no maximum
//              apart from zero, as along a curve with two ends.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator geodesic_estimator();

}  // namespace fathom
