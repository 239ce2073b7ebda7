#include "relate/laws.h"

namespace fathom {

std::vector<ModelGroup> model_groups(const CellList& cells) {
  const std::vector<std::string> models = models_of(cells);
  const bool several = models.size() > 1;
  std::vector<ModelGroup> groups{{std::nullopt, cells, several}};
  if (!several) return groups;
  for (const std::string& model : models) groups.push_back({model, of_model(cells, model), false});
  return groups;
}

std::vector<DomainGroup> domain_groups(const CellList& cells) {
  const std::vector<std::string> domains = domains_of(cells);
  if (domains.size() < 2) return {{std::nullopt, cells}};
  std::vector<DomainGroup> groups;
  for (const std::string& domain : domains) groups.push_back({domain, of_domain(cells, domain)});
  return groups;
}

}  // namespace fathom
