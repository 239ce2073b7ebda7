// Where the classes lie along the first latent coordinate.
#pragma once

#include <cstddef>
#include <optional>

#include "fathom/synth/image_set.h"

namespace fathom::synth {

/// Equal arcs of a circle, or equal slabs of [0, 1], with equal gaps between neighbours.
class ClassLayout {
 public:
  /// `rounding` is the largest change of a distance by rounding. Throws UsageError: see ImageSet.
  ClassLayout(ImageManifold manifold, std::size_t classes, double amplitude, double rounding,
              std::optional<double> margin);

  double margin() const { return margin_; }
  /// First coordinate of a point of class `label`; position in [0, 1) runs along the arc or slab.
  double coordinate(std::size_t label, double position) const;

 private:
  double distance_of_gap(double gap) const;
  double gap_of_distance(double distance) const;
  double largest_gap() const;

  ImageManifold manifold_;
  double classes_, amplitude_;
  double margin_ = 0, gap_ = 0;
};

}  // namespace fathom::synth
