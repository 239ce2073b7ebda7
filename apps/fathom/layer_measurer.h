// The estimators on layers of a network.
#pragma once

#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"
#include "fathom/estimate/measure.h"
#include "fathom/prepare/prepare.h"
#include "fathom/report/represent_report.h"

namespace fathom {

/// Measures layers one by one, as `measure` does a file of their rows.
class LayerMeasurer {
 public:
  /// `images`: what the network is shown; label columns with two classes or more are taken over.
  /// `shuffled_labels`: the first of them again, with its labels in an order of the seed's, comes last among
  /// the tasks of a measurement.
  LayerMeasurer(const PreparedData& images, const MeasureOptions& options, bool shuffled_labels,
                Progress& progress);

  /// Measures the rows where they are. What makes that impossible (values that are not finite, too few rows
  /// that differ, as of a dead layer) is the record's problem.
  LayerRecord measure_rows(const LayerDescription& layer, Matrix<float>& rows);

 private:
  MeasureOptions options_;
  Progress& progress_;
  PreparedData data_;  ///< its matrix is there while it is measured
};

}  // namespace fathom
