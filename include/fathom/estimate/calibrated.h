// The calibrated estimate: the dimension of the simulated spaces whose neighbourhoods are most like those of
// the data.
//
// Equation     y: ten numbers that tell of the data's neighbourhoods (estimate/neighborhood_profile.h):
//              the dimension between the neighbours of ranks 1 and 2, 2 and 4, ..., 32 and 64, in how many
//              directions 10, 20 and 40 neighbours lie, and how unlike the neighbourhoods are in size. At
//              the same number of points N, those of uniform samples of 24 spaces of dimension d (ball,
//              sphere, torus, and products of these with factors and radii drawn at random) have mean m(d)
//              and covariance C(d). With a flat prior of log d, from 1/2 to the number of components and 128
//              at most,
//                log p(d | y) = -1/2 (y - m)^T S^-1 (y - m) / q - 1/2 log det S
//                S(d) = C(d) + E
//              q = max(1, least quadratic form / 10): data unlike all that was simulated are less certain.
//              The value is exp of the mean of log d; `whole` the nearest whole number, at least 1, as
//              manifolds have it (fractals, and mixtures, need not).
// E            What uniform spaces do not have. Density: sd 0.3 of the logarithm of how unlike neighbourhoods
//              are. Scale: an error of the logs of dimension that grows as 0.2 rho^2, rho = log(rank / 2) / d
//              (what the log of the radius has grown by since rank 2), with correlation exp(-|difference of
//              rho| / 0.5) among the ranks and among the numbers of directions. 2 % each, independent.
// Table        data/calibration_spaces.csv, made by bench/calibration_samples.cpp and tools/make_calibration.
// How chosen   The 2 % so that the 95 % intervals of one half of the spaces by the other half's law hold
//              95 %. 0.3 and 0.2 are not what simulation prefers, which cannot tell them. The form of the
//              estimate was settled with the errors of some 35 variants on the benchmark of docs/accuracy.md
//              in view: that spreads are looked at, and the scale's error as rho^2, follow them. Its error
//              there is therefore optimistic, by some tenths of a per cent at least; manifolds outside that
//              benchmark would be the test.
// Anchors      N is the number of points among which neighbours are looked for; of fewer measured points than
//              were simulated the sampling covariance is added.
// Zero         Exact duplicates are collapsed before.
// Units        None.
// Interval     Quantiles of the posterior: sampling, boundary, curvature and calibration are in it. Noise
//              off the manifold is not: it has a dimension of its own, and counts.
// Refused      Fewer than 128 points; a dimension above 128. N above 131,072 is taken as that many.
#pragma once

#include "fathom/estimate/estimator.h"

namespace fathom {

Estimator calibrated_estimator();

}  // namespace fathom
