// MiND_KL: the dimension of the ball whose nearest-neighbour ratios are distributed most like those of the
// data.
//
// Equation     rho_i = T_1(x_i) / T_{k+1}(x_i), k = 10, of the data and of n seeded points uniform in the
// unit
//              ball of dimension 1, 2, ...; the Kullback-Leibler divergence of the data's law from a ball's
//              is mean log(nu_i / lambda_i) + log(b / (a - 1)), with lambda_i the distance from rho_i to the
//              m-th nearest of the a - 1 other rho of the data, and nu_i that to the m-th nearest of the b of
//              the ball. whole         the ball of least divergence, m = sqrt(a) fractal       the top of a
//              parabola in log d through the divergences of the balls within 35 %
//                            of that, those next to it at least; the headline
//              as_published  the ball of least divergence, m = 1
// Source       Rozza, Lombardi, Ceruti, Casiraghi, Campadelli, Mach. Learn. 89:37 (2012); the divergence:
//              Wang, Kulkarni, Verdu, ISIT 2006. m = 1 is theirs: its noise is that of the logarithm of one
//              spacing, which at n = 2,500 hides the difference of neighbouring balls from dimension 10 on.
// Balls        Calibrated: a ball has the data's number of points and a boundary, so there is little bias at
//              large d. From the ball on whose maximum-likelihood dimension (mind_ml.h) is the data's, until
//              the divergence has risen over four on either side; in steps of d / 16 where that is above 1;
//              no more than D. There is no cap. Of a ball at most 10,000 points are looked at, against all.
// Zero         Exact duplicates are collapsed before. A point is left out whose ratio is that of m others.
// Units        None.
// Interval     Split halves, ten splits, against balls that are split into halves likewise, so the balls' own
//              chance is in it: fractal alone.
// Agreement    The divergence: a NumPy program by sorting all distances; and closed forms (danco.h) to its
// noise
//              (graph_estimators_test.cpp).
// Refused      Fewer than 12 points; no point with 11 neighbours at unequal distances.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Of the law of `data` from that of `other`, both ascending, by the m-th nearest. Nothing where either has
/// too few values, or all are equal.
std::optional<double> divergence_of_samples(std::span<const double> data, std::span<const double> other,
                                            std::size_t m);

Estimator mind_kl_estimator();

}  // namespace fathom
