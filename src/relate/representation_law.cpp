#include "relate/laws.h"

namespace fathom {

void add_representation_law(LawFitter& fitter, const CellList& cells) {
  LawTerms scaled;
  scaled.name = "log L on (log N)/d_repr";
  scaled.response = log_test_loss();
  scaled.variables = {negative_log_samples_over_representation_dimension()};
  LawTerms plain = scaled;
  plain.name = "log L on d_repr";
  plain.variables = {representation_dimension()};
  const CellList used = complete(cells, variables_of(scaled));
  for (const ModelGroup& group : model_groups(used)) {
    if (group.cells.empty()) continue;
    scaled.by_model = plain.by_model = group.several;
    const CellSubset subset{group.model, std::nullopt, std::nullopt};
    fitter.add(FitLaw::representation, scaled, subset, group.cells);
    fitter.add(FitLaw::representation, plain, subset, group.cells);
  }
}

}  // namespace fathom
