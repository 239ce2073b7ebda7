#include "fathom/relate/relations.h"

#include <algorithm>

#include "fathom/core/error.h"
#include "relate/laws.h"

namespace fathom {

std::string_view name_of(FitLaw law) {
  switch (law) {
    case FitLaw::generalization:
      return "generalization";
    case FitLaw::representation:
      return "representation";
    case FitLaw::accuracy:
      return "accuracy";
    case FitLaw::accuracy_samples:
      return "accuracy_samples";
    case FitLaw::domain_slopes:
      return "domain_slopes";
    case FitLaw::peak_depth:
      return "peak_depth";
  }
  throw InternalError("no such law");
}

std::string_view name_of(CorrelationLaw law) {
  return law == CorrelationLaw::robustness ? "robustness" : "peak_dimension";
}

std::string_view name_of(CorrelationLevel level) {
  return level == CorrelationLevel::cells ? "cells" : "dataset_means";
}

Relations relate_cells(std::span<const CellResult> cells, const RelateOptions& options, Progress& progress) {
  Relations relations;
  const CellList all = all_of(cells);
  relations.cells = cells.size();
  relations.zero_losses = static_cast<std::size_t>(std::ranges::count_if(
      cells, [](const CellResult& cell) { return cell.test_loss && *cell.test_loss <= 0.0; }));
  relations.datasets = datasets_of(all);
  relations.models = models_of(all);
  relations.domains = domains_of(all);
  LawFitter fitter(relations, options.confidence);
  LawCorrelator correlator(relations, options, progress);
  const Variable accuracy = reported_accuracy(cells);
  add_generalization_law(fitter, all);
  add_representation_law(fitter, all);
  add_accuracy_law(fitter, all, accuracy);
  add_domain_slopes(fitter, all, accuracy);
  add_robustness_law(correlator, all);
  add_peak_laws(fitter, correlator, all);
  add_share_below(relations, all, options.confidence);
  if (relations.fits.empty() && relations.correlations.empty() && relations.shares.empty() &&
      relations.skipped.empty()) {
    throw InputError("the cells", "have the values of no law",
                     "give dimension with test_loss or test_accuracy, or label_sharpness with attacks");
  }
  return relations;
}

}  // namespace fathom
