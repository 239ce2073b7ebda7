// Maximum-likelihood dimension from nearest-neighbour distances (Levina-Bickel, pooled by MacKay-Ghahramani).
//
// Equation     S_i = sum_{j=1}^{k-1} log(T_k(x_i) / T_j(x_i)); under a locally uniform Poisson process of
// dimension d,
//              d S_i ~ Gamma(k - 1, 1).
//              pooled         d = n (k-1) / sum_i S_i        maximum likelihood, the headline
//              as_published   d = n (k-2) / sum_i S_i        what the code of P1, P2 and P4 returns: low by
//                                                            1/(k-1), 5.3 % at k = 20
//              mean           d = mean_i (k-1) / S_i         Levina and Bickel's own: high by 1/(k-2)
//              mean_unbiased  d = mean_i (k-2) / S_i
// Sources      Levina and Bickel, NIPS 2004, eq. (8) and (9) (k-2 on p. 5); MacKay and Ghahramani, comment on
// it, 2005. Zero         Exact duplicates are collapsed before; a zero distance is refused (log_distances).
//              A point whose k distances are all equal has S_i = 0: the pooled forms take it as it is, the
//              mean forms are then infinite and not reported.
// Units        None; distances may be in any unit.
// Interval     Analytic: sum S ~ Gamma(n (k-1)) / d, so [q_0.025, q_0.975] of that Gamma over sum S, and
// standard error
//              d / sqrt(n (k-1)). It takes overlapping neighbourhoods as independent and is too short for
//              that; the interval to quote is that of split_halves.h.
// Agreement    pooled = scikit-dimension MLE(n_neighbors=k, comb="mle"); as_published = its unbiased=True;
// with
//              golden.json to 1e-12 relative.
// Refused      k < 3 (InputError); fewer than k neighbours everywhere; sum S = 0: every distance equal.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "fathom/estimate/dimension.h"
#include "fathom/estimate/estimator.h"
#include "fathom/estimate/log_distances.h"
#include "fathom/estimate/point_statistic.h"

namespace fathom {

enum class MleVariant { pooled, as_published, mean, mean_unbiased };

const char* mle_variant_name(MleVariant variant);

/// The number of a point is S_i; the values are those of all variants in their order. k >= 3.
PointStatistic mle_statistic(std::size_t k);

/// The value alone. Nothing when it is infinite. 3 <= k <= distances.k().
std::optional<double> mle_value(const LogDistances& distances, std::size_t k, MleVariant variant);

/// With its analytic uncertainty (pooled forms). Nothing when it is infinite.
std::optional<DimensionEstimate> mle(const LogDistances& distances, std::size_t k, MleVariant variant);

/// Pooled estimates for k = 3 .. distances.k() in one pass; entry i is k = 3 + i. Infinite ones are NaN.
std::vector<double> mle_by_k(const LogDistances& distances);

/// All variants, each with the mean's values of points, (k-1)/S_i.
Estimator mle_estimator();

}  // namespace fathom
