// Binomial estimator: which share of the neighbours in a ball lies in a smaller ball around the same point.
//
// Equation     With T_k(x_i) the outer radius, n_i of the k - 1 nearer neighbours lie within tau T_k. Where
//              the density is uniform n_i ~ Binomial(k - 1, tau^d), so
//              d = log(sum n_i / (n (k - 1))) / log tau.
// Radius       The variance is least at tau^d = 0.2032 (Di Noia et al.). tau is the quantile of that
//              level of all T_j / T_k, j < k, which is that optimum for the d it gives.
// Source       Macocco, Glielmo, Grilli, Laio, Phys. Rev. Lett. 130:067401 (2023), in its form for
//              continuous distances; Di Noia et al., arXiv 2405.15132, for the radius.
// p-value      Of the counts n_i under that law, as the paper validates the estimator by: see
//              count_validation.h for the test. Points are taken as independent.
// Zero         Exact duplicates are collapsed before.
// Units        None.
// Interval     Split halves at the tau of the whole. Analytic: Cramer-Rao bound, standard error
//              sqrt((1/p - 1) / (n (k - 1))) / |log tau| with p = tau^d, points taken as independent.
// Agreement    By hand and on its own law; MLE on flat tori.
// Refused      k < 3; fewer than k neighbours everywhere; every distance equal.
#pragma once

#include <cstddef>
#include <optional>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Where tau^d stands when the variance of the binomial estimator is least.
inline constexpr double kBestBinomialShare = 0.2032;

/// The number of a point is n_i / (k - 1) for one tau in (0, 1); one value. k >= 2.
PointStatistic binomial_statistic(std::size_t k, double tau);

/// With its analytic uncertainty. Nothing when no neighbour, or every one, lies within tau.
std::optional<DimensionEstimate> binomial(const LogDistances& distances, std::size_t k, double tau);

Estimator binomial_estimator();

}  // namespace fathom
