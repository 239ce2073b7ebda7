#include "relate/bias_reduced.h"

#include <cmath>
#include <limits>

namespace fathom {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

/// Eigenvalues of I - H below this are 0: leverages round to about 1e-15.
constexpr double kSingular = 1e-9;
/// Share of a variance that may be missing from its estimate. What hangs on one cluster misses far more.
constexpr double kMissing = 1e-6;

/// (I - H)^(-1/2) U C' for the rows of one cluster, with H = U U' among them: n_g x p.
///
/// By the singular values s of U, those of H being s^2: nothing here is as large as the cluster squared.
MatrixXd adjusted_rows(const MatrixXd& own, const MatrixXd& combination) {
  const Eigen::JacobiSVD<MatrixXd> svd(own, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const VectorXd factors = svd.singularValues().unaryExpr([](double s) {
    const double rest = (1.0 - s) * (1.0 + s);
    return rest > kSingular ? s / std::sqrt(rest) : 0.0;
  });
  return svd.matrixU() * factors.asDiagonal() * (svd.matrixV().transpose() * combination.transpose());
}

/// What the clusters add up to, for one coefficient.
///
/// The estimate of its variance is the sum over clusters g of (a_g' e_g)^2, with a_g a column of
/// adjusted_rows. In the working model its mean is the trace of S, and 2 / degrees of freedom is its relative
/// variance, 2 tr(S^2) / tr(S)^2: S_gh = a_g' (I - H)_gh a_h = [g = h] |a_g|^2 - q_g' q_h, with q_g = U_g'
/// a_g.
struct Sums {
  double variance = 0.0, trace = 0.0, squares = 0.0;
  MatrixXd products;  ///< sum of q_g q_g'

  void add(double score, double length, const VectorXd& q) {
    const double taken = q.squaredNorm();
    variance += score * score;
    trace += length - taken;
    squares += length * length - 2.0 * length * taken;
    products.noalias() += q * q.transpose();
  }
};

}  // namespace

BiasReduced bias_reduced(const MatrixXd& basis, const MatrixXd& combination, const VectorXd& residuals,
                         const std::vector<std::vector<Index>>& clusters) {
  const Index p = basis.cols();
  std::vector<Sums> sums(static_cast<std::size_t>(p));
  for (Sums& each : sums) each.products = MatrixXd::Zero(p, p);
  for (const std::vector<Index>& rows : clusters) {
    const MatrixXd own = basis(rows, Eigen::all);
    const MatrixXd adjusted = adjusted_rows(own, combination);
    const RowVectorXd scores = residuals(rows).transpose() * adjusted;
    const RowVectorXd lengths = adjusted.colwise().squaredNorm();
    const MatrixXd q = own.transpose() * adjusted;
    for (Index j = 0; j < p; ++j) sums[static_cast<std::size_t>(j)].add(scores[j], lengths[j], q.col(j));
  }
  BiasReduced found{VectorXd(p), VectorXd(p)};
  for (Index j = 0; j < p; ++j) {
    const Sums& own = sums[static_cast<std::size_t>(j)];
    const double square = own.squares + own.products.squaredNorm();
    const bool known = own.trace >= (1.0 - kMissing) * combination.row(j).squaredNorm();
    const double none = std::numeric_limits<double>::quiet_NaN();
    found.variances[j] = known ? own.variance : none;
    found.degrees_of_freedom[j] = known ? own.trace * own.trace / square : none;
  }
  return found;
}

}  // namespace fathom
