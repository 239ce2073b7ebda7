// Spaces of known dimension with points uniform on them: what nearest-neighbour estimators are calibrated by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fathom/core/matrix.h"

namespace fathom {

/// Space 0 is the ball, 1 the sphere, 2 the torus (a product of circles). Every further one is a product of
/// balls, spheres and tori: how many factors (from 1 to the dimension, small numbers as likely as large),
/// their dimensions, which of the three each is and their radii are drawn by the number of the space and the
/// dimension. A factor's radius is the root of its dimension, times exp(s z): z is standard normal, and s,
/// the same of all factors, is uniform in 0..0.4.
Matrix<double> sample_space(std::size_t space, std::size_t dimension, std::size_t points, std::uint64_t seed);

}  // namespace fathom
