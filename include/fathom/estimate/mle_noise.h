// Maximum likelihood from neighbour distances that hold noise: the translated Poisson model.
//
// Equation     Every value of every point has independent Gaussian noise of standard deviation sigma, which
// is
//              given. Points of a uniform Poisson process of dimension d in D components are then seen at
//              distances s with the intensity
//              g_d(s) = integral f(s | r) r^(d-1) dr ~ s^(D-1) M((D-d)/2, D/2, -s^2 / (4 sigma^2)),
//              f the noncentral chi density of D degrees of freedom and scale sqrt(2) sigma, M Kummer's
//              function. d maximises, over points i and their k - 1 neighbours nearer than T_k, sum_i sum_j
//              log( g_d(T_j) / integral_0^T_k g_d(s) ds ), the integral being T_k^D / D M((D-d)/2, D/2 + 1,
//              -T_k^2 / (4 sigma^2)). For sigma -> 0 this is mle `pooled`.
// Source       Haro, Randall, Sapiro, Int. J. Comput. Vis. 80:358 (2008): the model, eq. (5) for any
// transition
//              density; the closed form follows from DLMF 10.43 and 13.3.
// Difference   The paper, and scikit-dimension's MLE(dnoise="dnoiseGaussH", sigma=...), take f to be normal
// about
//              r, which leaves out that noise in D components lengthens every distance, and r^(d-1) to be
//              constant under the integral, which makes d one step of an iteration. Nothing is approximated
//              here.
// Noise        sigma is `noise_std`, in pixel units. It is not estimated: there is no standard way to tell
// noise
//              from the data's own directions by distances. A sigma that is too large gives a dimension that
//              is too low.
// Zero         Exact duplicates are collapsed before.
// Units        None; noise_std has those of the distances.
// Interval     Split halves, ten splits, the whole method on each half. Analytic: 1 / sqrt of the information
// at the
//              maximum, points taken as independent. Neither holds an error of sigma.
// Agreement    Densities by SciPy's quadrature over noncentral chi densities; simulated noise.
// Refused      No noise_std; rows that are images enlarged, whose noise is not independent; anchors are fine.
// A
//              noise that explains the distances by itself.
#pragma once

#include <cstddef>
#include <optional>

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator mle_noise_estimator();

}  // namespace fathom
