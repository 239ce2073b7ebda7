#include "synth/class_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fathom/core/error.h"

namespace fathom::synth {

ClassLayout::ClassLayout(ImageManifold manifold, std::size_t classes, double amplitude, double rounding,
                         std::optional<double> margin)
    : manifold_(manifold), classes_(static_cast<double>(classes)), amplitude_(amplitude) {
  // A tenth of a class: small beside the distances of neighbours in a sample, so that the gaps leave the
  // estimates of dimension alone.
  const double usual = distance_of_gap(0.1 / classes_);
  const double smallest = std::min(usual, rounding), largest = distance_of_gap(largest_gap());
  margin_ = margin.value_or(usual);
  if (!(margin_ < largest))
    throw UsageError("--margin",
                     fmt::format("{:.6g} grey levels do not fit between {} classes", margin_, classes),
                     fmt::format("give less than {:.6g}, or fewer classes or dimensions", largest));
  if (!(margin_ >= smallest))
    throw UsageError("--margin",
                     fmt::format("{:.6g} grey levels are lost in the rounding to 8 bits", margin_),
                     fmt::format("give at least {:.6g} and less than {:.6g}", smallest, largest));
  gap_ = gap_of_distance(margin_);
}

double ClassLayout::largest_gap() const {
  return manifold_ == ImageManifold::torus ? 1.0 / classes_ : 1.0 / (classes_ - 1.0);
}

double ClassLayout::distance_of_gap(double gap) const {
  return manifold_ == ImageManifold::torus ? 2.0 * amplitude_ * std::sin(std::numbers::pi * gap)
                                           : amplitude_ * gap;
}

double ClassLayout::gap_of_distance(double distance) const {
  return manifold_ == ImageManifold::torus ? std::asin(distance / (2.0 * amplitude_)) / std::numbers::pi
                                           : distance / amplitude_;
}

double ClassLayout::coordinate(std::size_t label, double position) const {
  const double index = static_cast<double>(label);
  if (manifold_ == ImageManifold::torus)
    return index / classes_ + gap_ / 2 + position * (1.0 / classes_ - gap_);
  const double slab = (1.0 - (classes_ - 1.0) * gap_) / classes_;
  return index * (slab + gap_) + position * slab;
}

}  // namespace fathom::synth
