#include "relate/law_regression.h"

#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// One column a group but the first, of `value` in the cells of that group and 0 in the others.
template <class Group, class Value>
void add_groups(RegressionData& data, const CellList& cells, const std::vector<std::string>& groups,
                const std::string& name, Group group, Value value) {
  for (std::size_t g = 1; g < groups.size(); ++g) {
    Regressor term{name + "[" + groups[g] + "]", {}};
    for (const CellResult* cell : cells)
      term.values.push_back(group(*cell) == groups[g] ? value(*cell) : 0.0);
    data.terms.push_back(std::move(term));
  }
}

/// The model, or why there is none.
struct Attempt {
  std::optional<LinearModel> model;
  std::string reason;
};

/// `confidence`: of the intervals; nothing: none are wanted.
Attempt attempt(const RegressionData& data, std::optional<double> confidence) {
  if (data.terms.front().values.empty()) return {std::nullopt, "no cell has all its values"};
  if (data.response.size() <= data.terms.size()) {
    return {std::nullopt, std::to_string(data.response.size()) + " cells are too few for " +
                              std::to_string(data.terms.size()) + " coefficients"};
  }
  try {
    return {confidence ? fit_linear_model(data, *confidence) : fit_estimates(data), ""};
  } catch (const InputError& error) {
    return {std::nullopt, error.reason()};
  }
}

LeftOutFit left_out(const std::string& dataset, const LinearModel& model) {
  LeftOutFit fit{dataset, model.n, model.r_squared, {}};
  for (const Coefficient& term : model.terms) fit.terms.push_back({term.name, term.estimate});
  return fit;
}

}  // namespace

std::vector<Variable> variables_of(const LawTerms& terms) {
  std::vector<Variable> variables{terms.response};
  variables.insert(variables.end(), terms.variables.begin(), terms.variables.end());
  return variables;
}

RegressionData law_data(const LawTerms& terms, const CellList& cells) {
  RegressionData data;
  data.what = terms.name;
  data.terms.push_back(intercept(cells.size()));
  for (const CellResult* cell : cells) data.response.push_back(*terms.response.value(*cell));
  for (const Variable& variable : terms.variables) {
    Regressor term{variable.name, {}};
    for (const CellResult* cell : cells) term.values.push_back(*variable.value(*cell));
    data.terms.push_back(std::move(term));
  }
  const auto one = [](const CellResult&) { return 1.0; };
  const auto domain = [](const CellResult& cell) { return cell.domain; };
  const auto model = [](const CellResult& cell) { return cell.model; };
  if (terms.by_domain) add_groups(data, cells, domains_of(cells), "domain", domain, one);
  if (terms.domain_slope) {
    const auto value = [&](const CellResult& cell) { return *terms.domain_slope->value(cell); };
    add_groups(data, cells, domains_of(cells), terms.domain_slope->name + ":domain", domain, value);
  }
  if (terms.by_model) add_groups(data, cells, models_of(cells), "model", model, one);
  data.cluster = dataset_numbers(cells);
  return data;
}

std::optional<std::size_t> LawFitter::add(FitLaw law, const LawTerms& terms, const CellSubset& subset,
                                          const CellList& cells) {
  const CellList used = complete(cells, variables_of(terms));
  Attempt whole = attempt(law_data(terms, used), confidence_);
  if (!whole.model) {
    relations_.skipped.push_back({std::string(name_of(law)), terms.name, subset, whole.reason});
    return std::nullopt;
  }
  LawFit fit;
  fit.law = law;
  fit.name = terms.name;
  fit.response = terms.response.name;
  fit.subset = subset;
  fit.model = std::move(*whole.model);
  const std::vector<std::string> datasets = datasets_of(used);
  fit.datasets = datasets.size();
  for (const std::string& dataset : datasets) {
    const Attempt rest = attempt(law_data(terms, without_dataset(used, dataset)), std::nullopt);
    if (rest.model) {
      fit.influence.push_back(left_out(dataset, *rest.model));
    } else {
      fit.indispensable.push_back(dataset);
    }
  }
  relations_.fits.push_back(std::move(fit));
  return relations_.fits.size() - 1;
}

void LawFitter::compare(const std::string& name, FitLaw law, const LawTerms& full, const LawTerms& reduced,
                        const CellSubset& subset, const CellList& cells) {
  const CellList used = complete(cells, variables_of(full));
  const Attempt larger = attempt(law_data(full, used), std::nullopt);
  const Attempt smaller = attempt(law_data(reduced, used), std::nullopt);
  if (!larger.model || !smaller.model || larger.model->terms.size() <= smaller.model->terms.size()) return;
  relations_.comparisons.push_back({law, name, full.name, reduced.name, subset, used.size(),
                                    likelihood_ratio_test(*larger.model, *smaller.model)});
}

}  // namespace fathom
