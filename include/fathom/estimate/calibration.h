// Calibration: what an estimate means, by simulation at the same number of points and of neighbours.
//
// Equation     g_f(d), f = ball, sphere, torus: the mean (of the logarithm) of the estimate over simulated
//              samples of N points uniform in a ball, on a sphere and on a product of circles of dimension d.
//              d_f is where g_f is what the data gave; the calibrated value is the geometric mean of the
//              three.
// Table        data/calibration_families.csv, made by bench/calibration_samples.cpp and
//              tools/make_calibration: N = 128 to 131,072, d = 1 to 128, k = 3 to 80; between
//              its nodes monotone cubic curves in log N, log k and log d, which meet it at the nodes.
// Interval     From the lowest end of the three families' to the highest, so that their spread, the error of
//              not knowing boundary and curvature, is in it. That of a family: d_f exp(+- 1.96 s / slope),
//              s^2 the sum of the squares of the estimate's own standard error, of the table's, and of the
//              interpolation's (how far the curves bend away from straight lines around the place).
// Calibrated   mle, mada, mom `pooled`; twonn `ml`, `linear`; gride to n2 = 64; mind_ml `mlk`.
// Anchors      N is the number of points among which neighbours are looked for.
// Not          density that is not uniform, noise, and curvature stronger than that of unit circles: see
//              calibrated.h, which looks at more than one number.
// Refused      N below 128; k outside 3..80; a value above what dimension 128 gives. N above 131,072 is taken
//              as that many, and said.
#pragma once

#include <cstddef>

#include "fathom/estimate/dimension.h"

namespace fathom {

inline constexpr std::size_t kFewestCalibrated = 128, kMostCalibrated = 131'072;  ///< points
inline constexpr double kLargestCalibrated = 128.0;                               ///< dimension

/// Sets `calibrated` of an estimate among `points` points where it is of a kind that is calibrated, and
/// `calibration_note` where this one cannot be or is beyond the table. Leaves other estimates as they are.
void calibrate(DimensionEstimate& estimate, std::size_t points);

}  // namespace fathom
