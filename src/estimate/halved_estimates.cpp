#include "estimate/halved_estimates.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "fathom/estimate/split_halves.h"

namespace fathom {

namespace {

constexpr unsigned kSplits = 100;

/// Every neighbour is listed of a small set; of a large one only the nearest, which must do for halves too.
bool halves_have(std::size_t neighbors, const Sample& sample) {
  const std::size_t listed = sample.neighbors.k();
  return listed + 1 == sample.points() || neighbors_for_halves(neighbors) <= listed;
}

std::vector<double> local_values(const LogDistances& distances, const StatisticEstimates& estimates) {
  const std::size_t neighbors = estimates.statistic.neighbors;
  std::vector<double> values(distances.points(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < distances.points(); ++i) {
    const auto row = distances.row(i);
    if (row.size() < neighbors) continue;
    values[i] = estimates.local(estimates.statistic.number(row.first(neighbors)));
  }
  return values;
}

}  // namespace

void set_uncertainty(DimensionEstimate& estimate, const std::optional<double>& log_error, unsigned splits) {
  if (log_error) {
    const boost::math::students_t_distribution<double> student(splits);
    const double spread = std::exp(boost::math::quantile(student, 0.975) * *log_error);
    estimate.uncertainty =
        Uncertainty{estimate.value * *log_error, {estimate.value / spread, estimate.value * spread}};
    estimate.interval_method = "split_halves";
  } else {
    estimate.uncertainty = estimate.analytic;
    estimate.interval_method = estimate.analytic ? "analytic" : "none";
  }
}

std::vector<std::vector<DimensionEstimate>> halved_estimates(std::span<const StatisticEstimates> planned,
                                                             const Sample& sample,
                                                             const EstimatorSettings& settings,
                                                             Progress& progress) {
  std::vector<PointStatistic> statistics;
  std::vector<std::optional<std::size_t>> place(planned.size());  // among the statistics
  for (std::size_t p = 0; p < planned.size() && settings.intervals; ++p) {
    if (!halves_have(planned[p].statistic.neighbors, sample)) continue;
    place[p] = statistics.size();
    statistics.push_back(planned[p].statistic);
  }
  std::vector<std::vector<std::optional<double>>> errors;
  if (!statistics.empty()) {
    errors = split_half_errors(sample.neighbors, sample.distances, statistics,
                               {kSplits, settings.seed, settings.threads}, progress);
  }
  std::vector<std::vector<DimensionEstimate>> all(planned.size());
  for (std::size_t p = 0; p < planned.size(); ++p) {
    if (planned[p].statistic.neighbors > sample.neighbors.k()) continue;
    for (std::size_t value = 0; value < planned[p].make.size(); ++value) {
      std::optional<DimensionEstimate> estimate = planned[p].make[value](sample.distances);
      if (!estimate) continue;
      set_uncertainty(*estimate, place[p] ? errors[*place[p]][value] : std::nullopt, kSplits);
      if (settings.local && planned[p].local) estimate->local = local_values(sample.distances, planned[p]);
      all[p].push_back(std::move(*estimate));
    }
  }
  return all;
}

DimensionEstimate plain_estimate(const std::string& estimator, const std::string& variant, double value,
                                 std::size_t n, std::optional<std::size_t> k) {
  DimensionEstimate estimate;
  estimate.estimator = estimator;
  estimate.variant = variant;
  estimate.k = k;
  estimate.value = value;
  estimate.n = n;
  return estimate;
}

}  // namespace fathom
