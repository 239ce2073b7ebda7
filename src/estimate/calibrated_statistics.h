// Which values of which estimators are calibrated by simulation, and at which numbers of neighbours.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/estimate/dimension.h"
#include "fathom/estimate/log_distances.h"

namespace fathom {

/// One column of the table: a value at one number of neighbours.
struct CalibratedStatistic {
  std::string estimator;
  /// Neighbours; of gride the rank n1; 0 where the estimator has no number of its own.
  std::size_t k;
  std::optional<double> (*of)(const LogDistances&, std::size_t k);

  std::optional<double> value(const LogDistances& distances) const { return of(distances, k); }
  /// "mle_20", "twonn_linear".
  std::string column() const { return k == 0 ? estimator : estimator + "_" + std::to_string(k); }
};

/// In the order of the table's columns: of one estimator together, its k ascending.
std::span<const CalibratedStatistic> calibrated_statistics();

/// Which of the estimators in the table an estimate is by, and its k there.
struct CalibratedKind {
  std::string estimator;
  std::size_t k;
};

/// Nothing for estimates that are not calibrated.
std::optional<CalibratedKind> calibrated_kind(const DimensionEstimate& estimate);

}  // namespace fathom
