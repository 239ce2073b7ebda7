#include "synth/random_isometry.h"

#include <Eigen/QR>

namespace fathom::synth {

Eigen::MatrixXd random_isometry(std::size_t rows, std::size_t cols, Generator& generator) {
  Eigen::MatrixXd normal(rows, cols);
  for (Eigen::Index c = 0; c < normal.cols(); ++c)
    for (Eigen::Index r = 0; r < normal.rows(); ++r) normal(r, c) = standard_normal(generator);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal);
  return qr.householderQ() * Eigen::MatrixXd::Identity(normal.rows(), normal.cols());
}

}  // namespace fathom::synth
