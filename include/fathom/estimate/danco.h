// DANCo: the dimension of the ball whose nearest-neighbour ratios and angles are most like those of the data.
//
// Equation     Of each point, with k = 10: rho = T_1 / T_{k+1}, and the angles between the vectors to its k
//              neighbours, of which the maximum-likelihood direction nu and concentration tau of a von Mises
//              law. The data are summed up by d, the maximum-likelihood dimension of all rho (mind_ml.h),
//              and the means of nu and tau. The same of n seeded points uniform in the unit ball of
//              dimension 1, 2, ...; the distance to each is the sum of the Kullback-Leibler divergences of
//              the two laws of rho and of the two von Mises laws.
//              whole     the ball of least distance
//              fractal   between that and the next on the nearer side: from the roots of the distances to
//                        both neighbours, over those that the ball itself has to them; the headline
// Source       Ceruti, Bassis, Rozza, Lombardi, Casiraghi, Campadelli, Pattern Recognit. 47:2569 (2014). The
//              interpolation of fractal is ours; scikit-dimension fits a spline to the distances.
// Balls        From the data's maximum-likelihood dimension on, down and up, until the distance has risen
//              over four, and no more than D: not all up to D, which for images are thousands.
// Curves       Neighbours all on one side give a von Mises law no finite concentration: the mean resultant
//              length is taken as 0.99 at most, which only dimension 1 reaches.
// Zero         Exact duplicates are collapsed before. A tie (rho = 1) is left out of the likelihood.
// Units        None.
// Interval     Split halves, ten splits, against balls that are split into halves likewise, so the balls' own
//              chance is in it: fractal alone.
// Agreement    whole = the ball that a NumPy program finds nearest (manifolds_test.cpp). scikit-dimension
// takes
//              the direction of the angles by the arc tangent of a quotient, which loses its quadrant, and is
//              high by about one for that (docs/parity.md).
// Refused      Fewer than 12 points; no point with 11 neighbours at unequal distances.
#pragma once

#include <cstddef>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Divergence of the law of rho in dimension b from that in dimension a, both of k neighbours.
double ratio_divergence(double a, double b, std::size_t k);

/// Divergence of a von Mises law from another: direction and concentration of each.
double von_mises_divergence(double direction_a, double concentration_a, double direction_b,
                            double concentration_b);

Estimator danco_estimator();

}  // namespace fathom
