// Logarithms of neighbour distances: what every estimator here works on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fathom/neighbors/nearest_neighbors.h"

namespace fathom {

/// Of each point i the natural logarithms of T_1 <= T_2 <= ..., the distances to its nearest neighbours
/// (itself excluded). Points may have different numbers of neighbours; an estimator that needs k uses the
/// points that have them.
class LogDistances {
 public:
  explicit LogDistances(std::size_t k) : k_(k) {}

  std::size_t points() const { return count_.size(); }
  std::size_t k() const { return k_; }
  /// log T_1, log T_2, ... of point i, at most k().
  std::span<const double> row(std::size_t i) const { return {values_.data() + i * k_, count_[i]}; }
  /// Points that have k neighbours.
  std::size_t points_with(std::size_t k) const;

  /// Adds or removes points at the end. New ones have no neighbours.
  void resize(std::size_t points);
  /// Takes the first k() of the row.
  void set_row(std::size_t i, std::span<const double> row);
  void append(std::span<const double> row);

 private:
  std::size_t k_;
  std::vector<double, detail::UnfilledAllocator<double>> values_;
  std::vector<std::uint32_t> count_;
};

/// Of all rows of a table. Throws InputError when a distance is zero: distinct rows whose difference is too
/// small for float64 to square.
LogDistances log_distances(const NeighborTable& table, unsigned threads = 1);

/// The same, and the table's squared distances are forgotten as the logarithms take their place.
LogDistances take_log_distances(NeighborTable& table, unsigned threads = 1);

/// log T_n2 - log T_n1 of one point, 1 <= n1 < n2 <= logs.size().
inline double log_ratio(std::span<const double> logs, std::size_t n1, std::size_t n2) {
  return logs[n2 - 1] - logs[n1 - 1];
}

}  // namespace fathom
