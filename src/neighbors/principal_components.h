// Orthonormal directions in which the rows vary most, from a sample of them.
//
// Any orthonormal directions give a correct bound; these give a tight one. They come from subspace iteration
// on the sample's Gram matrix, so that no matrix of components by components is ever formed. How orthonormal
// the directions are is measured, not assumed: the defect goes into the margin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

/// Rows evenly spaced in the order of the scan.
struct Sample {
  std::vector<float> centre;     ///< mean of the rows; whole numbers where the rows are 8-bit integers
  Matrix<float> centred;         ///< the rows less the centre
  std::vector<double> products;  ///< Gram matrix of them, rows x rows
  std::size_t rows() const { return centred.rows(); }
  double product(std::size_t i, std::size_t j) const { return products[i * rows() + j]; }
};

Sample take_sample(const RowMatrix& matrix, std::span<const std::uint32_t> order, std::size_t rows,
                   const PairScanOptions& options);

/// Directions by falling variance; fewer than asked for where the sample has no more.
struct PrincipalComponents {
  Matrix<float> directions;    ///< directions x components
  std::vector<double> scores;  ///< of the sample's rows, rows x directions
  std::size_t count() const { return directions.rows(); }
};

PrincipalComponents principal_components(const Sample& sample, std::size_t count,
                                         const PairScanOptions& options);

/// What takes a row to few numbers: z = directions (x - centre).
struct Projection {
  std::vector<float> centre;
  Matrix<float> directions;
  double defect = 0.0;    ///< at least the Frobenius norm of Q Q' - I
  double spread = 0.0;    ///< standard deviation of z over the sample, alike in all directions
  double residual = 0.0;  ///< root mean square over the sample of the length that z leaves out
};

/// The leading `count` components turned by a random rotation, which spreads their variance evenly: 8-bit
/// codes of one scale then serve all of them.
Projection rotated_projection(const Sample& sample, const PrincipalComponents& components, std::size_t count,
                              const PairScanOptions& options);

}  // namespace fathom
