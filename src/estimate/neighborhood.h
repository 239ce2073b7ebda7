// The neighbours of a point, seen from it.
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "fathom/estimate/sample.h"

namespace fathom {

/// D x k: the k nearest neighbours of a row of the table, less the point itself, a column each.
Eigen::MatrixXd differences_to_neighbors(const Sample& sample, std::size_t row, std::size_t k);

/// k x k: scalar products of the differences between the k nearest neighbours of a row of the table and the
/// point itself, in squared stored units, summed in float64.
Eigen::MatrixXd products_of_neighbors(const Sample& sample, std::size_t row, std::size_t k);

/// The same of vectors less their mean, from their scalar products.
Eigen::MatrixXd centered(const Eigen::MatrixXd& products);

}  // namespace fathom
