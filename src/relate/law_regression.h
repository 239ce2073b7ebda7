// From cells to the regression of a law, fitted with and without each data set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fathom/relate/relations.h"
#include "relate/cell_variables.h"

namespace fathom {

/// The terms of a law: a constant, `variables`, and effects of groups against the first group by name
/// ("domain[natural]": natural less medical).
struct LawTerms {
  std::string name;  ///< what is fitted, in words
  Variable response;
  std::vector<Variable> variables;
  bool by_model = false;                 ///< a level of its own for every model
  bool by_domain = false;                ///< likewise for every domain
  std::optional<Variable> domain_slope;  ///< also a slope of its own on this variable for every domain
};

/// Response and variables.
std::vector<Variable> variables_of(const LawTerms& terms);

/// Effects of groups that all cells share have no term.
RegressionData law_data(const LawTerms& terms, const CellList& cells);

/// Collects what a law has to say into Relations.
class LawFitter {
 public:
  LawFitter(Relations& relations, double confidence) : relations_(relations), confidence_(confidence) {}

  /// The fit to cells that have all values, with its influences, added to the relations; its place there.
  /// Where the cells do not suffice, the law is added to the skipped ones and nothing returned.
  std::optional<std::size_t> add(FitLaw law, const LawTerms& terms, const CellSubset& subset,
                                 const CellList& cells);

  /// Adds the test of `full` against the same without some of its terms, on the cells of `full`. Nothing is
  /// added where `reduced` cannot be fitted, or has as many terms.
  void compare(const std::string& name, FitLaw law, const LawTerms& full, const LawTerms& reduced,
               const CellSubset& subset, const CellList& cells);

 private:
  Relations& relations_;
  double confidence_;
};

}  // namespace fathom
