#include <array>

#include "relate/laws.h"

namespace fathom {

void add_peak_laws(LawFitter& fitter, LawCorrelator& correlator, const CellList& cells) {
  LawTerms depth;
  depth.name = "relative depth of the peak by domain";
  depth.response = peak_relative_depth();
  depth.by_domain = true;
  for (const ModelGroup& group : model_groups(complete(cells, variables_of(depth)))) {
    if (group.cells.empty()) continue;
    depth.by_model = group.several;
    fitter.add(FitLaw::peak_depth, depth, {group.model, std::nullopt, std::nullopt}, group.cells);
  }
  const std::array<Variable, 2> both{dimension(), peak_dimension()};
  for (const ModelGroup& group : model_groups(complete(cells, both))) {
    if (group.cells.empty()) continue;
    std::vector<Observation> points;
    for (const CellResult* cell : group.cells) {
      points.push_back({cell->dataset, *cell->dimension, *both[1].value(*cell)});
    }
    correlator.add(CorrelationLaw::peak_dimension, "dimension", "peak_dimension",
                   {group.model, std::nullopt, std::nullopt}, points);
  }
}

}  // namespace fathom
