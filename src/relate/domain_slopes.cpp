#include "relate/laws.h"

namespace fathom {

namespace {

LawTerms parallel_lines(const Variable& accuracy, const ModelGroup& models, bool several_sizes) {
  LawTerms terms;
  terms.name = "accuracy on d, one slope for all domains";
  terms.response = accuracy;
  terms.variables = {dimension()};
  if (several_sizes) terms.variables.push_back(log_samples());
  terms.by_domain = true;
  terms.by_model = models.several;
  return terms;
}

void add_slopes(LawFitter& fitter, const ModelGroup& models, const CellList& cells, const Variable& accuracy,
                std::optional<std::size_t> samples) {
  const LawTerms parallel = parallel_lines(accuracy, models, samples_of(cells).size() > 1);
  LawTerms own = parallel;
  own.name = "accuracy on d, a slope for each domain";
  own.domain_slope = dimension();
  const CellSubset subset{models.model, std::nullopt, samples};
  if (!fitter.add(FitLaw::domain_slopes, own, subset, cells)) return;
  fitter.compare("slopes differ between domains", FitLaw::domain_slopes, own, parallel, subset, cells);
}

}  // namespace

void add_domain_slopes(LawFitter& fitter, const CellList& cells, const Variable& accuracy) {
  const std::vector<Variable> variables{accuracy, dimension()};
  const CellList used = complete(cells, variables);
  if (domains_of(used).size() < 2) return;
  for (const ModelGroup& models : model_groups(used)) {
    const std::vector<std::size_t> sizes = samples_of(models.cells);
    if (sizes.size() > 1) add_slopes(fitter, models, models.cells, accuracy, std::nullopt);
    for (const std::size_t samples : sizes) {
      const CellList at_size = of_samples(models.cells, samples);
      if (domains_of(at_size).size() > 1) add_slopes(fitter, models, at_size, accuracy, samples);
    }
  }
}

}  // namespace fathom
