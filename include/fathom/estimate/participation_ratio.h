// Participation ratio: how many directions of equal variance the covariance is worth.
//
// Equation     S the covariance: (tr S)^2 / tr S^2 = (sum lambda)^2 / sum lambda^2.
//              corrected     both traces by estimators without bias, whatever the distribution: with S from n
//                            points (1 / (n - 1)) and Q = sum |x_i - mean|^4 / (n - 1),
//                            c = (n - 1) / (n (n - 2) (n - 3)),
//                            tr S^2:   c [(n - 1)(n - 2) tr(S S) + (tr S)^2 - n Q]
//                            (tr S)^2: c [2 tr(S S) + (n^2 - 3 n + 1) (tr S)^2 - n Q]
//              as_published  of S itself: with n points it never exceeds n - 1, and is low by about a share
//                            d / n
// Sources      Litwin-Kumar et al., Neuron 93:1153 (2017), for the ratio; Himeno and Yamada, J. Multivar.
//              Anal. 130:27 (2014), for the traces. Bias at small n: arXiv 2509.26560.
// Points       All that are measured; where D and n are above 2,048, that many seeded random ones, which the
//              correction allows.
// Zero         Exact duplicates are collapsed before.
// Units        None. It is a linear dimension: that of the flat space, not of a manifold in it.
// Interval     Analytic: infinitesimal jackknife of log (tr S)^2 / tr S^2, over at most 1,024 of the points.
//              Too long where all variances are equal: the ratio is then at its maximum and hardly moves.
// Agreement    as_published = NumPy's eigenvalues to 1e-9; corrected is within its error of the truth for
//              normal points where the plain one is 30 % low (tests).
// Refused      Fewer than 4 points; all points equal; traces whose estimate is not positive.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator participation_ratio_estimator();

}  // namespace fathom
