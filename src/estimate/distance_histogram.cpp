#include "estimate/distance_histogram.h"

#include <algorithm>
#include <cmath>

namespace fathom {

void DistanceHistogram::add(std::span<const double> distances) {
  for (const double distance : distances) {
    if (distance > 0.0 && std::isfinite(distance)) ++counts_[static_cast<std::size_t>(distance / width_)];
  }
}

void DistanceHistogram::add(const DistanceHistogram& other) {
  for (std::size_t b = 0; b < counts_.size(); ++b) counts_[b] += other.counts_[b];
}

DistanceHistogram::Moments DistanceHistogram::moments() const {
  double count = 0.0, sum = 0.0, squares = 0.0;
  for (std::size_t b = 0; b < counts_.size(); ++b) {
    const double middle = (static_cast<double>(b) + 0.5) * width_, here = static_cast<double>(counts_[b]);
    count += here;
    sum += here * middle;
    squares += here * middle * middle;
  }
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

std::vector<DistanceHistogram::Bin> DistanceHistogram::bins(double width) const {
  std::vector<Bin> bins;
  for (std::size_t b = 0; b < counts_.size(); ++b) {
    if (counts_[b] == 0) continue;
    const auto bin = static_cast<std::size_t>((static_cast<double>(b) + 0.5) * width_ / width);
    while (bins.size() <= bin) bins.push_back({(static_cast<double>(bins.size()) + 0.5) * width, 0.0});
    bins[bin].count += static_cast<double>(counts_[b]);
  }
  return bins;
}

}  // namespace fathom
