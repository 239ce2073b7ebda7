// MiND_ML: maximum-likelihood dimension from the ratio of the nearest to the (k+1)-th neighbour distance.
//
// Equation     rho_i = T_1(x_i) / T_{k+1}(x_i), density k d rho^(d-1) (1 - rho^d)^(k-1); that is Gride of
//              ranks 1 and k + 1 (gride.h), whose maximum is taken.
//              mlk           the maximum over real d
//              mli           the maximum over whole d >= 1; the likelihood has one maximum, so it is one of
//                            the two whole numbers beside mlk
// Source       Rozza, Lombardi, Ceruti, Casiraghi, Campadelli, Mach. Learn. 89:37 (2012).
// Zero         As gride.h: ties are left out.
// Units        None.
// Interval     Split halves of mlk, for mli too; analytic, of mlk: Fisher information, as gride.h.
// Agreement    mlk = scikit-dimension MiND_ML(ver="MLk") to 1e-6 relative where that is below its default cap
//              of D = 10, at which it stops without a word; there is none here.
// Refused      k < 1; no point with k + 1 neighbours at unequal distances.
#pragma once

#include <cstddef>
#include <optional>

#include "fathom/estimate/estimator.h"

namespace fathom {

enum class MindVariant { mlk, mli };

std::optional<DimensionEstimate> mind_ml(const LogDistances& distances, std::size_t k, MindVariant variant);

Estimator mind_ml_estimator();

}  // namespace fathom
