// Points on manifolds of known intrinsic dimension, to check any estimator.
//
// sources   M1..M13: Hein and Audibert, "Intrinsic dimensionality estimation of submanifolds in R^d" (ICML
// 2005).
//           Mbeta, Mn, Mp, M10d, M13b: Campadelli, Casiraghi, Ceruti, Rozza, "Intrinsic dimension estimation:
//           relevant techniques and a benchmark framework" (Mathematical Problems in Engineering, 2015).
//           The names are those of scikit-dimension's benchmark; the samples agree with it in distribution.
// embedding A manifold asked for in more dimensions than its own equation has is carried there by a random
//           isometry (seeded), which leaves every distance as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/core/matrix.h"

namespace fathom {

/// Definition card of a manifold.
struct ManifoldCard {
  std::string name;
  std::string equation;
  std::size_t dimension = 0;  ///< intrinsic; the default one of a family; 0: pieces of several dimensions
  std::size_t ambient_dimension = 0;                          ///< coordinates of a point, at that dimension
  std::size_t smallest_dimension = 0, largest_dimension = 0;  ///< equal where the dimension cannot be chosen
};

/// All manifolds: families with a dimension of choice first, then the benchmark's, each in a fixed order.
std::vector<ManifoldCard> manifold_cards();
std::vector<std::string> manifold_names();
/// Throws UsageError naming the manifolds there are.
ManifoldCard manifold_card(std::string_view name);

struct PointCloudOptions {
  std::string manifold = "torus";
  std::optional<std::size_t> dimension;          ///< default: the card's
  std::optional<std::size_t> ambient_dimension;  ///< default: as many as the equation has
  std::size_t samples = 1000;
  std::uint64_t seed = 0;
};

/// samples x ambient_dimension independent points. The first rows of a larger sample are the smaller sample.
///
/// Throws UsageError: unknown manifold, a dimension the manifold cannot have, fewer ambient dimensions than
/// the equation needs, no samples.
Matrix<double> sample_manifold(const PointCloudOptions& options);

}  // namespace fathom
