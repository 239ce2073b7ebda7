// All estimators of dimension, and how some of them are run on one sample.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fathom/estimate/estimator.h"

namespace fathom {

/// In the order of their results.
std::span<const Estimator> all_estimators();

/// By their names, in the order of all; "all" stands for all. Throws UsageError when there is no such one.
std::vector<const Estimator*> chosen_estimators(std::span<const std::string> names);

/// Throws UsageError: components that are none or too many, noise that is not above 0.
void check_mixture_and_noise(const EstimatorSettings& settings);

/// Neighbours to be listed of each point, where there are so many, for the values and for the intervals that
/// are taken from halves; 0 where no estimator looks at any.
std::size_t neighbors_to_list(std::span<const Estimator* const> chosen, const EstimatorSettings& settings);

/// Whether any of them may look at squared distances, and not at their logarithms alone: otherwise a sample
/// need not have them.
bool need_squared_distances(std::span<const Estimator* const> chosen);

/// An estimator that has no value on these data.
struct SkippedEstimator {
  std::string estimator, reason;
};

struct DimensionEstimates {
  std::vector<DimensionEstimate> estimates;
  std::vector<SkippedEstimator> skipped;
};

/// Does not fail where one of them does. Throws Interrupted.
DimensionEstimates run_estimators(std::span<const Estimator* const> chosen, const Sample& sample,
                                  const EstimatorSettings& settings, Progress& progress = no_progress());

/// Of the rows of a matrix, of which equal ones are taken once: scan and estimates. Throws UsageError: see
/// chosen_estimators; InputError: fewer than 4 distinct rows, a value that is not finite; Interrupted.
DimensionEstimates estimate_dimension(const RowMatrix& matrix, std::span<const std::string> names,
                                      const EstimatorSettings& settings, Progress& progress = no_progress());

}  // namespace fathom
