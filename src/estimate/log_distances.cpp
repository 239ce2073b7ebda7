#include "fathom/estimate/log_distances.h"

#include <algorithm>
#include <cmath>

namespace fathom {

std::size_t LogDistances::points_with(std::size_t k) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(count_, [&](std::uint32_t count) { return count >= k; }));
}

void LogDistances::reserve(std::size_t points) {
  values_.reserve(points * k_);
  count_.reserve(points);
}

void LogDistances::append(std::span<const double> row) {
  const std::size_t taken = std::min(row.size(), k_);
  values_.insert(values_.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(taken));
  values_.resize(values_.size() + (k_ - taken));
  count_.push_back(static_cast<std::uint32_t>(taken));
}

void LogDistances::clear() {
  values_.clear();
  count_.clear();
}

LogDistances log_distances(const NeighborTable& table) {
  LogDistances logs(table.k());
  logs.reserve(table.rows());
  std::vector<double> row;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    row.clear();
    for (const SquaredDistance squared : table.squared(i)) {
      if (!(squared.value > 0.0)) {
        throw InputError("the data", "hold rows that differ by less than float64 can square",
                         "rescale the data, for example to unit standard deviation");
      }
      row.push_back(0.5 * std::log(squared.value));
    }
    logs.append(row);
  }
  return logs;
}

}  // namespace fathom
