#include "fathom/estimate/log_distances.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/parallel.h"

namespace fathom {

std::size_t LogDistances::points_with(std::size_t k) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(count_, [&](std::uint32_t count) { return count >= k; }));
}

void LogDistances::resize(std::size_t points) {
  values_.resize(points * k_);
  count_.resize(points);
}

void LogDistances::set_row(std::size_t i, std::span<const double> row) {
  const std::size_t taken = std::min(row.size(), k_);
  std::copy_n(row.begin(), taken, values_.begin() + static_cast<std::ptrdiff_t>(i * k_));
  count_[i] = static_cast<std::uint32_t>(taken);
}

void LogDistances::append(std::span<const double> row) {
  resize(points() + 1);
  set_row(points() - 1, row);
}

namespace {

/// Of the rows from `first` to `end`.
void take_logs(const NeighborTable& table, std::size_t first, std::size_t end, unsigned threads,
               LogDistances& logs) {
  constexpr std::size_t chunk = 256;
  parallel_for((end - first + chunk - 1) / chunk, threads, [&](std::size_t index, unsigned) {
    std::vector<double> row;
    const std::size_t start = first + index * chunk;
    for (std::size_t i = start; i < std::min(end, start + chunk); ++i) {
      row.clear();
      for (const SquaredDistance squared : table.squared(i)) {
        if (!(squared.value > 0.0)) {
          throw InputError("the data", "hold rows that differ by less than float64 can square",
                           "rescale the data, for example to unit standard deviation");
        }
        row.push_back(0.5 * std::log(squared.value));
      }
      logs.set_row(i, row);
    }
  });
}

}  // namespace

LogDistances log_distances(const NeighborTable& table, unsigned threads) {
  LogDistances logs(table.k());
  logs.resize(table.rows());
  take_logs(table, 0, table.rows(), threads, logs);
  return logs;
}

LogDistances take_log_distances(NeighborTable& table, unsigned threads) {
  LogDistances logs(table.k());
  logs.resize(table.rows());
  const std::size_t piece = std::max<std::size_t>(1024, table.rows() / 16);
  for (std::size_t first = 0; first < table.rows(); first += piece) {
    const std::size_t end = std::min(table.rows(), first + piece);
    take_logs(table, first, end, threads, logs);
    table.forget_squared(end);
  }
  return logs;
}

}  // namespace fathom
