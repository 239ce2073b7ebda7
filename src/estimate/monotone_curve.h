// A curve through points that does not swing between them.
#pragma once

#include <cstddef>
#include <vector>

namespace fathom {

/// Where a place is among ascending nodes: `share` of the way to node `after` from the one before, 0..1.
struct Between {
  std::size_t after;
  double share;
};
/// At least two nodes.
Between between(const std::vector<double>& nodes, double place);

/// Cubic between the points with the slopes of Fritsch and Butland (1984): where the points rise, so does the
/// curve. Beyond the first and the last point it goes on straight, with the slope it has there.
class MonotoneCurve {
 public:
  /// At least two points, x ascending.
  MonotoneCurve(std::vector<double> x, std::vector<double> y);

  double operator()(double x) const;
  double slope(double x) const;
  /// How far the curve is from the straight line between the two points around x: what interpolation may be
  /// off by. 0 at the points.
  double bend(double x) const;
  /// The x at which a rising curve has this value.
  double inverse(double y) const;

 private:
  std::size_t interval(double x) const;

  std::vector<double> x_, y_, slope_;
};

}  // namespace fathom
