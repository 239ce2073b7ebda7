// How often each distance occurs, where the distances are too many to be kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fathom {

/// Counts over 0..largest in bins so narrow that what is read off them is that of the distances.
class DistanceHistogram {
 public:
  explicit DistanceHistogram(double largest) : width_(largest / kBins), counts_(kBins + 1, 0) {}

  /// Those that are positive and finite. None is above `largest`.
  void add(std::span<const double> distances);
  /// Of equally made ones.
  void add(const DistanceHistogram& other);

  struct Moments {
    double mean, sd;
  };
  Moments moments() const;

  struct Bin {
    double middle, count;
  };
  /// So wide, from zero on to the last that holds any; a distance at the end of one may count with the next.
  std::vector<Bin> bins(double width) const;

 private:
  static constexpr std::size_t kBins = 1 << 14;

  double width_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace fathom
