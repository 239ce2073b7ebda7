// Hidalgo: a mixture of manifolds of different dimensions, each point with its probability to be of each.
//
// Equation     mu_i = T_2 / T_1 of a point of component z_i = k has the density d_k mu^-(d_k + 1). Of the q =
// 3
//              nearest neighbours of each point, n_i are of its own component:
//              P(neighbours | z) = prod_i zeta^n_i (1 - zeta)^(q - n_i) / Z(N_k), zeta = 0.8, with Z(N_k) =
//              sum_n C(N_k - 1, n) C(N - N_k, q - n) zeta^n (1 - zeta)^(q - n) for a component of N_k of N
//              points. Priors: weights p ~ Dirichlet(1, ..., 1), d_k ~ Gamma(1, rate 1 / d_0), d_0 that of
//              TwoNN. Gibbs sampling: d_k ~ Gamma(1 + N_k, 1/d_0 + sum log mu), p ~ Dirichlet(1 + N_k), every
//              z_i given all others. Four seeded chains from random z, 1,000 sweeps each that are left out,
//              then 1,000; the chain of the largest mean log posterior counts.
// Value        sum_k p_k d_k, the dimension of the component of a point drawn at random: its posterior mean.
//              `components` have the posterior means of p_k and d_k and the standard deviation of d_k, by
//              d_k.
// Source       Allegra, Facco, Denti, Laio, Mira, Sci. Rep. 10:16449 (2020).
// Difference   The published prior Gamma(1, 1) draws large dimensions down, by 8 % for 250 points at d = 20;
// the
//              published program leaves the point itself among the N_k that its new component is drawn by,
//              and keeps the last chain that is better than a bound, not the best one.
// Zero         Exact duplicates are collapsed before. A tie (mu = 1) counts as log mu = 0.
// Units        None.
// Interval     `analytic` has the posterior standard deviation of the value and its 95 % credible interval,
//              points taken as independent. There is no other: halves would have other components.
// Local        The mean of d of the point's component; `probabilities` (point_values) of all components.
// Agreement    Conditional probabilities by brute force from the joint density; manifolds of known dimensions
//              glued together.
// Limits       One scale, that of the nearest neighbours; a component of much lower density is told by its
// dimension
//              alone. With more components than manifolds, one manifold may be shared by several of one
//              dimension.
// Refused      components < 1 or > 100 (UsageError); anchors; fewer than 10 points a component.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

inline constexpr std::size_t kMostComponents = 100;

Estimator hidalgo_estimator();

}  // namespace fathom
