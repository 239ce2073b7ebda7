// Gibbs sampling of the mixture of dimensions that include/fathom/estimate/hidalgo.h defines.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/core/random.h"

namespace fathom {

/// What the chains share.
struct MixtureData {
  std::vector<double> log_ratios;  ///< log mu of every point
  /// Of every point those that have it among their nearest or that it has, one entry for each of the two.
  std::vector<std::vector<std::uint32_t>> links;
  /// Neighbours of a point that the law of neighbours looks at.
  unsigned neighbors;
  std::size_t components;
  double prior_dimension;  ///< mean of the prior of a dimension
};

/// How strongly neighbours are of one component.
struct NeighborLaw {
  NeighborLaw(std::size_t points, unsigned neighbors, double zeta);

  double link;                    ///< log(zeta / (1 - zeta))
  std::vector<double> log_norms;  ///< log Z(N_k)^-N_k for N_k = 0 .. points
};

class MixtureChain {
 public:
  /// From random components. What it refers to must outlive it.
  MixtureChain(const MixtureData& data, const NeighborLaw& law, Generator generator);

  /// From now on.
  void set_law(const NeighborLaw& law) { law_ = &law; }

  /// Draws dimensions, weights, and the component of every point.
  void sweep();
  /// log weights of the components that point i may have, given all other points; up to a constant. Its own
  /// is taken away while it is looked at.
  void log_odds(std::uint32_t point, std::span<double> odds) const;
  /// Up to a constant.
  double log_posterior() const;

  std::span<const double> dimensions() const { return dimensions_; }
  std::span<const double> weights() const { return weights_; }
  std::span<const std::uint32_t> assignments() const { return assignments_; }
  void assign(std::uint32_t point, std::uint32_t component);

 private:
  void draw_dimensions();
  void draw_weights();
  void draw_assignments();

  const MixtureData& data_;
  const NeighborLaw* law_;
  Generator generator_;
  std::vector<double> dimensions_, weights_;
  std::vector<std::uint32_t> assignments_;
  std::vector<std::size_t> sizes_;  ///< points of each component
};

}  // namespace fathom
