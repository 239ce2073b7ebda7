// FisherS: dimension from how many pairs of points no linear rule of Fisher's tells apart.
//
// Equation     Points less their mean, in the principal components of variance above a tenth of the largest,
//              each scaled to variance 1, and put on the unit sphere. p(a) = share of ordered pairs with
//              (x, y) > a; uniform on the sphere of dimension d (in R^d),
//              p = (1 - a^2)^((d-1)/2) / (a sqrt(2 pi d)), so that with w = -log(1 - a^2)
//              d = W(w / (2 pi p^2 a^2 (1 - a^2))) / w, W Lambert's function. a = 0.6, 0.62, ..., 0.98; the
//              value is that at the a nearest to 0.9 times the largest with p > 0.
// Source       Albergante, Bac, Zinovyev, IJCNN 2019 (arXiv 1901.06328).
// Pairs        All, as products of blocks of the rows that were made above: they are no distances of the
//              data's rows, so no scan has them. p counts each pair among n (n - 1); the reference divides by
//              n^2.
// Zero         Exact duplicates are collapsed before. A point at the mean has no direction: left out.
// Units        None.
// Interval     Analytic: p is a mean over pairs, of variance 4 var(p_i) / n - 2 p (1 - p) / n^2 (Hoeffding,
//              1948; as in corrint.h), carried to d by its derivative. Components and scales count as given.
// Limit        d at a = 0.6 and one inseparable pair, reported as `largest`.
// Agreement    scikit-dimension FisherS to 1e-3 relative, manifolds.json; the division above is all the
//              difference.
// Refused      No inseparable pair at a = 0.6: the reference answers NaN without a word.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

/// d from the share of inseparable pairs at a; p > 0, 0 < a < 1.
double fishers_dimension(double p, double a);

Estimator fishers_estimator();

}  // namespace fathom
