#include <string_view>

#include "fathom/report/represent_report.h"
#include "report/find_estimate.h"

namespace fathom {

const char* const kEstimatesOnly =
    "each value is an estimate of a layer's intrinsic dimension: a layer cannot raise the dimension itself, "
    "so "
    "that a rise from layer to layer is one of the estimates";

const LayerRecord* peak_layer(const RepresentationRecord& representation, const std::string& estimator) {
  const std::string_view variant = estimator == "mle" ? "pooled" : "ml";
  const LayerRecord* peak = nullptr;
  double highest = 0.0;
  for (const LayerRecord& layer : representation.layers) {
    if (!layer.measurement) continue;
    const DimensionEstimate* estimate = find_estimate(*layer.measurement, estimator, variant);
    if (estimate == nullptr || (peak != nullptr && estimate->value <= highest)) continue;
    peak = &layer;
    highest = estimate->value;
  }
  return peak;
}

}  // namespace fathom
