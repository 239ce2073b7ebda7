// TwoNN with a Gamma prior: the posterior of the dimension.
//
// Equation     log mu_i ~ Exp(d), mu_i = T_2 / T_1; with d ~ Gamma(a, rate b) before the data,
//              d ~ Gamma(a + n, rate b + sum log mu) after. The value is the posterior mean.
// Source       Denti, Doimo, Laio, Mira, Sci. Rep. 12:20005 (2022); Facco et al. (2017)
//              for the likelihood.
// Prior        a = b = 0.001 unless told otherwise, as the R package intRinsic. DADApy's a = 2, b = 5 pulls
//              towards 0.4, which shows when n is small: at n = 100 and d = 10 by a third.
// Zero         Exact duplicates are collapsed before. A tie counts as log mu = 0.
// Units        None.
// Interval     `analytic` has the posterior's standard deviation and its 95 % credible interval, points taken
//              as independent; neighbour pairs share points, so the one to quote is that of split_halves.h.
// Agreement    Closed form: by hand.
// Refused      a or b not positive; no point with two neighbours.
#pragma once

#include <optional>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Of a Gamma distribution.
struct DimensionPrior {
  double shape = 0.001, rate = 0.001;
};

/// Throws UsageError when the prior has no distribution.
std::optional<DimensionEstimate> twonn_bayes(const LogDistances& distances, DimensionPrior prior = {});

Estimator twonn_bayes_estimator();

}  // namespace fathom
