#include "relate/laws.h"

namespace fathom {

namespace {

LawTerms line_terms(const Variable& accuracy) {
  LawTerms terms;
  terms.name = "accuracy on d";
  terms.response = accuracy;
  terms.variables = {dimension()};
  return terms;
}

/// At each training size, of each model: a line through one point a data set, as in P2.
void add_lines(LawFitter& fitter, const ModelGroup& models, const DomainGroup& domain,
               const Variable& accuracy) {
  for (const std::size_t samples : samples_of(domain.cells)) {
    const CellSubset subset{models.model, domain.domain, samples};
    LawTerms terms = line_terms(accuracy);
    terms.by_model = models.several;
    fitter.add(FitLaw::accuracy, terms, subset, of_samples(domain.cells, samples));
  }
}

}  // namespace

LawTerms accuracy_plane_terms(const Variable& accuracy, bool several_models) {
  LawTerms terms = line_terms(accuracy);
  terms.name = "accuracy on d and log N";
  terms.variables.push_back(log_samples());
  terms.by_model = several_models;
  return terms;
}

void add_accuracy_law(LawFitter& fitter, const CellList& cells, const Variable& accuracy) {
  const CellList used = complete(cells, variables_of(line_terms(accuracy)));
  for (const ModelGroup& models : model_groups(used)) {
    for (const DomainGroup& domain : domain_groups(models.cells)) {
      if (domain.cells.empty()) continue;
      add_lines(fitter, models, domain, accuracy);
      if (samples_of(domain.cells).size() < 2) continue;
      fitter.add(FitLaw::accuracy_samples, accuracy_plane_terms(accuracy, models.several),
                 {models.model, domain.domain, std::nullopt}, domain.cells);
    }
  }
}

}  // namespace fathom
