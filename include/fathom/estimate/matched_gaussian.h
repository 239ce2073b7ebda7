// Gaussian rows with the mean and the covariance of given rows: what an estimator says of a representation's
// spectrum alone.
//
// With X the N x D rows less their mean, S = X'X / (N - 1) their covariance, and g rows of independent
// standard normal numbers:
// - D <= N: z = g R / sqrt(N - 1), g of D numbers, X'X = R'R (a pivoted Cholesky factor, which a singular S
//   has too).
// - D > N: z = g X / sqrt(N - 1), g of N numbers. The rows lie in the span of the data; E z'z = X'X / (N - 1)
//   again, so that the covariance is S exactly, without its D x D values.
// Then z + mean.
#pragma once

#include <cstdint>

#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"

namespace fathom {

/// Replaces the rows where they are. Row i depends on the seed, i and the rows, not on the number of threads.
/// At least 2 rows; values are finite. Throws Interrupted.
void match_gaussian(Matrix<float>& rows, std::uint64_t seed, unsigned threads,
                    Progress& progress = no_progress());

/// Bytes that match_gaussian takes beside the rows.
std::uint64_t matched_gaussian_bytes(std::size_t rows, std::size_t cols, unsigned threads);

}  // namespace fathom
