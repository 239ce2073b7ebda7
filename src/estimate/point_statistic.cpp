#include "fathom/estimate/point_statistic.h"

#include "fathom/core/error.h"

namespace fathom {

std::vector<double> numbers_of(const LogDistances& distances, const PointStatistic& statistic) {
  FATHOM_CHECK(statistic.neighbors <= distances.k());
  std::vector<double> numbers;
  numbers.reserve(distances.points());
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto row = distances.row(i);
    if (row.size() >= statistic.neighbors)
      numbers.push_back(statistic.number(row.first(statistic.neighbors)));
  }
  return numbers;
}

}  // namespace fathom
