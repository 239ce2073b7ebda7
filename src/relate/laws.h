// The laws, one file each. Each takes cells and adds what it finds; a law whose values no cell has adds
// nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relate/cell_variables.h"
#include "relate/law_correlation.h"
#include "relate/law_regression.h"

namespace fathom {

/// All cells (no model named), then, where there are several models, those of each.
struct ModelGroup {
  std::optional<std::string> model;
  CellList cells;
  bool several = false;  ///< cells of several models, each with a level of its own in a fit
};
std::vector<ModelGroup> model_groups(const CellList& cells);

/// Where the cells are of several domains, those of each; otherwise all, and no domain named.
struct DomainGroup {
  std::optional<std::string> domain;
  CellList cells;
};
std::vector<DomainGroup> domain_groups(const CellList& cells);

/// log L = a - c (log N) / d + b log K_F (P1, theorems 1 and 2), with and without K_F, and with a level of
/// its own for every domain.
LawTerms generalization_terms(bool sharpness, bool by_domain, bool several_models);
void add_generalization_law(LawFitter& fitter, const CellList& cells);

/// log L = a - c (log N) / d_repr (P1, theorem 4), and log L against d_repr itself.
void add_representation_law(LawFitter& fitter, const CellList& cells);

/// How many cells have d_repr below d_data (P1, theorem 5).
void add_share_below(Relations& relations, const CellList& cells, double confidence);

/// Accuracy against d within a domain, at each training size (P2), and against d and log N.
LawTerms accuracy_plane_terms(const Variable& accuracy, bool several_models);
void add_accuracy_law(LawFitter& fitter, const CellList& cells, const Variable& accuracy);

/// Whether the slope of accuracy against d differs between domains (P2).
void add_domain_slopes(LawFitter& fitter, const CellList& cells, const Variable& accuracy);

/// What an attack takes, in loss and in accuracy, against K_F (P1, section on adversarial robustness).
void add_robustness_law(LawCorrelator& correlator, const CellList& cells);

/// Relative depth of the layer of largest dimension by domain, and its dimension against d_data (P3).
void add_peak_laws(LawFitter& fitter, LawCorrelator& correlator, const CellList& cells);

}  // namespace fathom
