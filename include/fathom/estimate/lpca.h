// Principal components: how many directions carry the variance, of the whole and around each point.
//
// Equation     lambda_1 >= lambda_2 >= ... the eigenvalues of a covariance, of D or fewer that are not zero.
//              fo                   how many are above 0.05 lambda_1
//              fan                  first i with lambda_i > 10 lambda_{i+1} or with 80 % of the sum in the
//                                   first i, after the mean of those beyond 95 % of the sum is taken off each
//              maxgap               i with the largest lambda_i / lambda_{i+1}
//              ratio                fewest with 95 % of the sum
//              participation_ratio  (sum lambda)^2 / sum lambda^2; participation_ratio.h has its small-sample
//                                   correction
//              kaiser               how many are above the mean of all
//              broken_stick         how many, from the first on, are above the expected length of the i-th
//                                   longest piece of a stick broken at random, (1/D) sum_{j=i}^{D} 1/j
//              Of the whole under these names; local_NAME: mean over points, of the k nearest neighbours with
//              the point itself, where the rule finds at least one direction.
// Sources      Fukunaga and Olsen, IEEE Trans. Comput. C-20:176 (1971); Fan et al., arXiv 1002.2050; Kaiser
//              (1960) and Jackson, Ecology 74:2204 (1993); Cangelosi and Goriely, Biol. Direct 2:2 (2007).
// Points       Of the whole all that are measured; where D and n are above 2,048, that many random ones.
// Zero         Exact duplicates are collapsed before.
// Units        None. A linear dimension: curvature adds directions.
// Interval     Of the whole none: a count of components does not change by small steps. Of local means split
//              halves, ten splits (local_means.h).
// Agreement    fo = scikit-dimension lPCA, manifolds.json exactly; the others NumPy's eigenvalues by hand.
// Refused      Fewer than 101 points.
#pragma once

#include <array>
#include <span>

#include "fathom/estimate/estimator.h"

namespace fathom {

inline constexpr std::array kPcaRules{"fo",     "fan",         "maxgap", "ratio", "participation_ratio",
                                      "kaiser", "broken_stick"};

/// By all rules, in their order. `spectrum` descends, is positive and has at least one value; `components`:
/// eigenvalues that there are, with those that are zero.
std::array<double, kPcaRules.size()> pca_dimensions(std::span<const double> spectrum, std::size_t components);

/// k = 100 around a point.
Estimator lpca_estimator();

}  // namespace fathom
