#include "relate/laws.h"

namespace fathom {

LawTerms generalization_terms(bool sharpness, bool by_domain, bool several_models) {
  LawTerms terms;
  terms.response = log_test_loss();
  terms.variables.push_back(negative_log_samples_over_dimension());
  if (sharpness) terms.variables.push_back(log_label_sharpness());
  terms.by_domain = by_domain;
  terms.by_model = several_models;
  terms.name = "log L on (log N)/d";
  if (sharpness) terms.name += by_domain ? ", log K_F" : " and log K_F";
  if (by_domain) terms.name += " and domain";
  return terms;
}

void add_generalization_law(LawFitter& fitter, const CellList& cells) {
  const FitLaw law = FitLaw::generalization;
  const CellList with_dimension = complete(cells, variables_of(generalization_terms(false, false, false)));
  for (const ModelGroup& group : model_groups(with_dimension)) {
    if (group.cells.empty()) continue;
    const CellSubset subset{group.model, std::nullopt, std::nullopt};
    const auto terms = [&](bool sharpness, bool by_domain) {
      return generalization_terms(sharpness, by_domain, group.several);
    };
    const bool sharpness = !complete(group.cells, variables_of(terms(true, false))).empty();
    const bool domains = domains_of(group.cells).size() > 1;
    fitter.add(law, terms(false, false), subset, group.cells);
    if (sharpness) {
      fitter.add(law, terms(true, false), subset, group.cells);
      fitter.compare("label sharpness beside (log N)/d", law, terms(true, false), terms(false, false), subset,
                     group.cells);
    }
    if (domains) {
      fitter.add(law, terms(false, true), subset, group.cells);
      fitter.compare("domain beside (log N)/d", law, terms(false, true), terms(false, false), subset,
                     group.cells);
    }
    if (sharpness && domains) {
      fitter.add(law, terms(true, true), subset, group.cells);
      fitter.compare("domain beside (log N)/d and label sharpness", law, terms(true, true),
                     terms(true, false), subset, group.cells);
    }
  }
}

}  // namespace fathom
