// TwoNN: dimension from the ratio of the second to the first neighbour distance.
//
// Equation     mu_i = T_2(x_i) / T_1(x_i); P(mu <= m) = 1 - m^-d, so log mu ~ Exp(d).
//              ml            d = (n - 1) / sum log mu                      unbiased maximum likelihood, the
//              headline linear        -log(1 - F(mu)) = d log mu through the origin, F = i/n at the i-th
//              smallest mu,
//                            the lowest floor(0.9 n)                       Facco's own
//              as_published  the same with the lowest n - 1                 what the code of P1 and P4
//              returns; a few
//                                                                           near-duplicates decide it
// Sources      Facco, d'Errico, Rodriguez, Laio, Sci. Rep. 7:12140 (2017), eq. (3) and (5); Denti et al.,
// Sci. Rep.
//              12:20005 (2022) for ml and its interval.
// Zero         Exact duplicates are collapsed before. mu = 1 (a tie) counts as log mu = 0.
// Units        None.
// Interval     ml analytic: d [q_0.025, q_0.975] of Gamma(n, rate n - 1); standard error d / sqrt(n).
// Neighbour pairs
//              share points, so the interval to quote is that of split_halves.h; the linear forms have no
//              other.
// Agreement    linear = scikit-dimension TwoNN(discard_fraction=0.1) since 702f4df (July 2024); before, and
// in torchid,
//              F = (i-1)/n. With golden.json to 1e-12 relative.
// Refused      Fewer than 3 points with two neighbours; every mu = 1.
#pragma once

#include <optional>

#include "fathom/estimate/dimension.h"
#include "fathom/estimate/estimator.h"
#include "fathom/estimate/log_distances.h"
#include "fathom/estimate/point_statistic.h"

namespace fathom {

enum class TwonnVariant { ml, linear, as_published };

const char* twonn_variant_name(TwonnVariant variant);

/// The number of a point is log mu_i; the values are those of all variants in their order.
PointStatistic twonn_statistic();

/// The value alone. Nothing when it is refused.
std::optional<double> twonn_value(const LogDistances& distances, TwonnVariant variant);

/// With its analytic uncertainty (ml). Nothing when it is refused.
std::optional<DimensionEstimate> twonn(const LogDistances& distances, TwonnVariant variant);

Estimator twonn_estimator();

}  // namespace fathom
