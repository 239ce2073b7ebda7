// Eigenvalues and eigenvectors of symmetric matrices, for sizes at which a library's time would be most of an
// estimator's; the same bits on every SIMD level and for any number of threads.
//
// Method   Householder's reflections to tridiagonal form (Golub and Van Loan, Matrix Computations,
// section 8.3),
//          QL with Wilkinson's shift: implicit with vectors (Bowdler, Martin, Reinsch, Wilkinson, Numer.
//          Math. 11:293, 1968), rational without (Reinsch, Comm. ACM 16:689, 1973).
#pragma once

#include <cstddef>
#include <vector>

#include "estimate/double_products.h"
#include "fathom/core/progress.h"

namespace fathom {

/// Descending. The upper triangle is read, and overwritten.
std::vector<double> eigenvalues(SquareMatrix& matrix, SimdLevel simd);

struct EigenPairs {
  std::vector<double> values;  ///< all, descending
  /// Those of the values asked for, a row each; orthonormal.
  Matrix<double> vectors;
};

/// With the vectors of the values above `share` times the largest.
EigenPairs eigenpairs(SquareMatrix& matrix, double share, SimdLevel simd, unsigned threads,
                      Progress& progress);

}  // namespace fathom
