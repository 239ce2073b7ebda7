// Random isometries into more dimensions.
#pragma once

#include <Eigen/Core>

#include "fathom/core/random.h"

namespace fathom::synth {

/// rows x cols, rows >= cols, with orthonormal columns, uniformly distributed.
Eigen::MatrixXd random_isometry(std::size_t rows, std::size_t cols, Generator& generator);

}  // namespace fathom::synth
