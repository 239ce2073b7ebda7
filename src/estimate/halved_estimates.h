// Estimates from one number a point, with the intervals that split halves give them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// Of every entry its estimates; none of one that needs more neighbours than are listed. One pass over the
/// halves serves all.
std::vector<std::vector<DimensionEstimate>> halved_estimates(std::span<const StatisticEstimates> planned,
                                                             const Sample& sample,
                                                             const EstimatorSettings& settings,
                                                             Progress& progress);

/// The interval to quote: value exp(+- t s), where the standard error s of its logarithm is known from
/// `splits` pairs of halves; otherwise the analytic one, if there is one.
void set_uncertainty(DimensionEstimate& estimate, const std::optional<double>& log_error, unsigned splits);

/// A value of a statistic, and no more.
DimensionEstimate plain_estimate(const std::string& estimator, const std::string& variant, double value,
                                 std::size_t n, std::optional<std::size_t> k = {});

}  // namespace fathom
