// ABIDE: the binomial estimator in neighbourhoods as large as the density stays constant.
//
// Equation     At a point i with its k nearest, and at its (k+1)-th neighbour j with the k nearest of that,
// the
//              densities are equal with the likelihood ratio
//              D_k = 4 k log cosh(d (log T_k(x_i) - log T_k(x_j)) / 2),
//              chi-squared with one degree of freedom where they are. k*_i is the largest k up to 99 that
//              the test passes with all smaller ones from 3 on, at the level 0.01 (D < 6.635); 3 at least.
//              Of the k*_i - 1 neighbours nearer than T_{k*}(x_i), n_i lie within tau T_{k*}(x_i), and
//              d = log(sum n_i / sum (k*_i - 1)) / log tau, tau = 0.2032^(1/d) (see binomial.h).
//              As k* and tau take d to be known, all are repeated from TwoNN on until d stands to 1e-4; where
//              the counts step over that, d is where they do.
// Source       Di Noia, Macocco, Glielmo, Laio, Mira, arXiv 2405.15132 (2024); the test of constant density:
//              Rodriguez, d'Errico, Facco, Laio, J. Chem. Theory Comput. 14:1206 (2018).
// p-value      Of the counts n_i under the binomial law, as Macocco et al. validate the estimator: see
//              count_validation.h for the test. A small one says that even these neighbourhoods are not
//              uniform.
// Zero         Exact duplicates are collapsed before.
// Units        None.
// Interval     Split halves, ten splits, the whole method on each half. Analytic: Cramer-Rao bound
//              sqrt((tau^-d - 1) / sum (k*_i - 1)) / |log tau|, points taken as independent and k* as given.
// Agreement    k* by brute force from volumes; the fixed point by NumPy. DADApy's k* is that at which the
// test
//              fails, one more, and its threshold 23.9 unless told otherwise.
// Refused      Fewer than 101 points; anchors, around whose neighbours no neighbourhoods are known; no d that
//              agrees with its own neighbourhoods.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Largest neighbourhood that is looked for.
inline constexpr std::size_t kMostAdaptiveNeighbors = 99;

/// Of every point the largest neighbourhood of constant density, if the dimension is d; 0 where fewer than
/// four neighbours are listed. The table has a row for every point.
std::vector<std::uint32_t> adaptive_neighbors(const Sample& sample, double d, unsigned threads = 1);

Estimator abide_estimator();

}  // namespace fathom
