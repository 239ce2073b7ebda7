// Dimension from the length of the graph of nearest neighbours: how slowly it grows with the number of
// points.
//
// Equation     L(p) = expected sum, over the points of a random subset of p of the n, of the lengths of their
//              edges to their k = 5 nearest in the subset. In dimension d it grows like p^((d-1)/d): with a
//              the slope of the line through log L against log p (least squares) at p = n, n/1.41, n/2,
//              n/2.83 and n/4, d = 1 / (1 - a).
// Source       Costa and Hero, IEEE Trans. Signal Process. 52:2210 (2004); Carter, Raich and Hero, IEEE
// Trans.
//              Signal Process. 58:650 (2010). Edges have the power gamma = 1.
// Subsets      All at once, in place of some that are drawn: the j-th neighbour of a point has an edge where
// it
//              is in the subset, and fewer than k of the j - 1 nearer ones are, which is a hypergeometric
//              probability. So L has no noise of drawing and needs no seed.
// Neighbours   64 are listed of each point; the shares of edges to farther ones, below 1 in 1,000, are given
// to
//              the last.
// Local        Carter's: of the edges of a point and of its 20 nearest, within the graph of all points, so
// that
//              a neighbourhood has no boundary of its own.
// Zero         Exact duplicates are collapsed before.
// Units        None; distances may be in any unit.
// Interval     Split halves, ten splits, the whole method on each half.
// Agreement    NumPy's mean over drawn subsets, within its noise (graph_estimators_test.cpp).
// scikit-dimension's
//              KNN draws one subset of each size, and takes whole dimensions alone.
// Refused      Fewer than 65 points; edges that are no shorter among more points.
#pragma once

#include <cstddef>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Of neighbour 1, 2, ... `listed` of a point, the probability that its edge is in the graph of k nearest
/// neighbours of a random subset of `subset` of n points, given that the point is. The last has that of all
/// beyond it, too. k < subset <= n, k <= listed < n.
std::vector<double> edge_shares(std::size_t n, std::size_t subset, std::size_t k, std::size_t listed);

Estimator knn_graph_estimator();

}  // namespace fathom
