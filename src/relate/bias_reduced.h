// Standard errors by cluster that are unbiased where errors are independent and of one variance.
//
// Source       Bell and McCaffrey (2002), bias-reduced linearisation: CR2, and of clusters of one row HC2.
//              With the pseudo-inverse of Pustejovsky and Tipton (2018), since a cluster that alone decides a
//              term leaves I - H of its rows singular.
// Freedom      Satterthwaite's for each coefficient, under the same working model (Bell and McCaffrey;
//              Pustejovsky and Tipton, section 2.2).
// Cost         n p^2, whatever the sizes of clusters.
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace fathom {

/// Of each coefficient. NaN where a coefficient hangs on one cluster: it has no residuals that could tell its
/// error.
struct BiasReduced {
  Eigen::VectorXd variances, degrees_of_freedom;
};

/// `basis`: n x p, orthonormal columns that span the design. `combination`: p x p, coefficients are
/// combination * basis' * y. `residuals`: n. `clusters`: the rows of each.
BiasReduced bias_reduced(const Eigen::MatrixXd& basis, const Eigen::MatrixXd& combination,
                         const Eigen::VectorXd& residuals,
                         const std::vector<std::vector<Eigen::Index>>& clusters);

}  // namespace fathom
