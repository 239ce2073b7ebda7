#include "estimate/monotone_curve.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/error.h"

namespace fathom {

Between between(const std::vector<double>& nodes, double place) {
  FATHOM_CHECK(nodes.size() >= 2);
  const auto found = std::upper_bound(nodes.begin() + 1, nodes.end() - 1, place);
  const auto after = static_cast<std::size_t>(found - nodes.begin());
  return {after, std::clamp((place - nodes[after - 1]) / (nodes[after] - nodes[after - 1]), 0.0, 1.0)};
}

MonotoneCurve::MonotoneCurve(std::vector<double> x, std::vector<double> y)
    : x_(std::move(x)), y_(std::move(y)), slope_(x_.size()) {
  const std::size_t n = x_.size();
  FATHOM_CHECK(n >= 2 && y_.size() == n);
  const auto chord = [&](std::size_t i) { return (y_[i + 1] - y_[i]) / (x_[i + 1] - x_[i]); };
  slope_.front() = chord(0);
  slope_.back() = chord(n - 2);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double left = chord(i - 1), right = chord(i);
    if (left * right <= 0.0) continue;  // a turning point is flat
    const double before = x_[i] - x_[i - 1], after = x_[i + 1] - x_[i];
    const double weight = (before + 2.0 * after) / (3.0 * (before + after));
    slope_[i] = left * right / (weight * right + (1.0 - weight) * left);
  }
}

std::size_t MonotoneCurve::interval(double x) const {
  return between(x_, x).after - 1;
}

double MonotoneCurve::operator()(double x) const {
  if (x <= x_.front()) return y_.front() + slope_.front() * (x - x_.front());
  if (x >= x_.back()) return y_.back() + slope_.back() * (x - x_.back());
  const std::size_t i = interval(x);
  const double h = x_[i + 1] - x_[i], t = (x - x_[i]) / h, u = 1.0 - t;
  return u * u * ((1.0 + 2.0 * t) * y_[i] + h * t * slope_[i]) +
         t * t * ((1.0 + 2.0 * u) * y_[i + 1] - h * u * slope_[i + 1]);
}

double MonotoneCurve::slope(double x) const {
  if (x <= x_.front()) return slope_.front();
  if (x >= x_.back()) return slope_.back();
  const std::size_t i = interval(x);
  const double h = x_[i + 1] - x_[i], t = (x - x_[i]) / h;
  return 6.0 * t * (1.0 - t) * (y_[i + 1] - y_[i]) / h + (1.0 - t) * (1.0 - 3.0 * t) * slope_[i] +
         t * (3.0 * t - 2.0) * slope_[i + 1];
}

double MonotoneCurve::bend(double x) const {
  if (x <= x_.front() || x >= x_.back()) return 0.0;
  const std::size_t i = interval(x);
  const double t = (x - x_[i]) / (x_[i + 1] - x_[i]);
  return std::abs((*this)(x) - (1.0 - t) * y_[i] - t * y_[i + 1]);
}

double MonotoneCurve::inverse(double y) const {
  if (y <= y_.front()) return x_.front() + (y - y_.front()) / slope_.front();
  if (y >= y_.back()) return x_.back() + (y - y_.back()) / slope_.back();
  double low = x_.front(), high = x_.back();
  for (int step = 0; step < 100 && high - low > 1e-14 * (1.0 + std::abs(high)); ++step) {
    const double middle = 0.5 * (low + high);
    ((*this)(middle) < y ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace fathom
