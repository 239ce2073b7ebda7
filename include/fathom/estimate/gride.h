// Gride: dimension from the ratio of two neighbour distances of higher rank; ranks 1, 2 give TwoNN.
//
// Equation     mu = T_{n2} / T_{n1}; mu^-d ~ Beta(n1, n2 - n1), density
//              d (mu^d - 1)^(n2-n1-1) mu^-((n2-1) d + 1) / B(n2 - n1, n1). The maximum-likelihood d solves
//              n/d + sum log mu ((n2-n1-1) / (mu^d - 1) - n1) = 0, whose left side falls in d.
// Source       Denti, Doimo, Laio, Mira, Sci. Rep. 12:20005 (2022), eq. (5).
// Use          d against n1 = 1, 2, 4, ... with n2 = 2 n1 is d against scale: a plateau is the credible d.
// Zero         Exact duplicates are collapsed before. A tie (mu = 1) has no place in the density and is left
// out. Units        None. Interval     Analytic: d +- 1.96 J^-1/2 with the Fisher information
//              J = n/d^2 + (n2-n1-1) sum (log mu / (1 - mu^-d))^2 mu^-d, points taken as independent. The
//              interval to quote is that of split_halves.h while n2 <= 16; beyond, half the data has too few
//              neighbours listed.
// Agreement    golden.json to 1e-12 relative. DADApy filters large ratios and uses (n-1)/d; it differs by
// that. Refused      n1 < 1 or n2 <= n1; no point with n2 neighbours and mu > 1.
#pragma once

#include <cstddef>
#include <optional>

#include "fathom/estimate/dimension.h"
#include "fathom/estimate/estimator.h"
#include "fathom/estimate/log_distances.h"
#include "fathom/estimate/point_statistic.h"

namespace fathom {

/// The number of a point is log mu_i; one value. 1 <= n1 < n2.
PointStatistic gride_statistic(std::size_t n1, std::size_t n2);

std::optional<double> gride_value(const LogDistances& distances, std::size_t n1, std::size_t n2);
std::optional<DimensionEstimate> gride(const LogDistances& distances, std::size_t n1, std::size_t n2);

/// Ranks n1 = 1, 2, 4, ... with n2 = 2 n1, as far as neighbours are listed.
Estimator gride_estimator();

}  // namespace fathom
