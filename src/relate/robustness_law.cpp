#include <set>
#include <utility>

#include "relate/laws.h"

namespace fathom {

namespace {

using Attack = std::pair<std::string, double>;  ///< method, epsilon

std::set<Attack> attacks_of(const CellList& cells) {
  std::set<Attack> attacks;
  for (const CellResult* cell : cells) {
    for (const AttackOutcome& attack : cell->attacks) attacks.emplace(attack.method, attack.epsilon);
  }
  return attacks;
}

/// `penalty` of a cell under an attack, against its label sharpness; cells that lack a value are left out.
template <class Penalty>
std::vector<Observation> observations(const CellList& cells, const Attack& attack, Penalty penalty) {
  std::vector<Observation> out;
  for (const CellResult* cell : cells) {
    if (!cell->label_sharpness) continue;
    for (const AttackOutcome& each : cell->attacks) {
      if (each.method != attack.first || each.epsilon != attack.second) continue;
      if (const std::optional<double> y = penalty(*cell, each)) {
        out.push_back({cell->dataset, *cell->label_sharpness, *y});
      }
    }
  }
  return out;
}

std::optional<double> loss_penalty(const CellResult& cell, const AttackOutcome& attack) {
  if (!cell.test_loss) return std::nullopt;
  return attack.loss - *cell.test_loss;
}

std::optional<double> accuracy_penalty(const CellResult& cell, const AttackOutcome& attack) {
  if (!cell.test_accuracy) return std::nullopt;
  return *cell.test_accuracy - attack.accuracy;
}

}  // namespace

void add_robustness_law(LawCorrelator& correlator, const CellList& cells) {
  const auto add = [&](const ModelGroup& group, const Attack& attack, const std::string& y, auto penalty) {
    const std::vector<Observation> points = observations(group.cells, attack, penalty);
    if (points.empty()) return;
    correlator.add(CorrelationLaw::robustness, "label_sharpness", y,
                   {group.model, attack.first, attack.second}, points);
  };
  for (const ModelGroup& group : model_groups(cells)) {
    for (const Attack& attack : attacks_of(group.cells)) {
      add(group, attack, "loss_penalty", loss_penalty);
      add(group, attack, "accuracy_penalty", accuracy_penalty);
    }
  }
}

}  // namespace fathom
