// A manifold as the library makes it: its card and the function that draws a point.
#pragma once

#include <span>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/synth/manifold.h"

namespace fathom::synth {

struct ManifoldFamily {
  ManifoldCard card;
  /// Coordinates of a point at an intrinsic dimension.
  std::size_t (*ambient)(std::size_t dimension);
  /// Fills `x`, of ambient(dimension) values, which come as zeros.
  void (*draw)(Generator& generator, std::size_t dimension, std::span<double> x);
};

/// Families whose dimension can be chosen, and the classical surfaces.
std::vector<ManifoldFamily> general_families();
/// The manifolds of scikit-dimension's benchmark.
std::vector<ManifoldFamily> benchmark_families();

}  // namespace fathom::synth
