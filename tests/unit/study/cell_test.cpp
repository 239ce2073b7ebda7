#include "fathom/study/cell.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace fathom {
namespace {

CellSettings cell() {
  CellSettings cell;
  cell.name = {"set", "natural", {"cat", "dog"}, "resnet18", 500, 1};
  cell.content = "c";
  cell.protocol = "iclr2024";
  cell.test_samples = 750;
  cell.seeds = {1, 2, 3};
  cell.attack = AttackOptions{};
  cell.attack->methods = {AttackMethod::fgsm, AttackMethod::pgd};
  cell.represent = RepresentChoice{};
  return cell;
}

using Change = std::function<void(CellSettings&)>;

/// What decides which images are trained on.
const std::vector<Change> kOfImages{[](CellSettings& c) { c.content = std::string("d"); },
                                    [](CellSettings& c) { c.protocol = std::string("native"); },
                                    [](CellSettings& c) { c.name.samples = 501; },
                                    [](CellSettings& c) { c.test_samples = 751; },
                                    [](CellSettings& c) { c.test_samples = {}; },
                                    [](CellSettings& c) { c.uneven = true; },
                                    [](CellSettings& c) { c.seeds.split = 9; }};

const std::vector<Change> kOfTraining{[](CellSettings& c) { c.name.model = "resnet34"; },
                                      [](CellSettings& c) { c.seeds.initialization = 9; },
                                      [](CellSettings& c) { c.seeds.order = 9; },
                                      [](CellSettings& c) { c.recipe.optimizer = OptimizerKind::sgd; },
                                      [](CellSettings& c) { c.recipe.learning_rate *= 1 + 1e-15; },
                                      [](CellSettings& c) { c.recipe.momentum = 0.5; },
                                      [](CellSettings& c) { c.recipe.weight_decay = 0.5; },
                                      [](CellSettings& c) { c.recipe.decay = Decay::all; },
                                      [](CellSettings& c) { c.recipe.epochs = 31; },
                                      [](CellSettings& c) { c.recipe.batch_size = 31; },
                                      [](CellSettings& c) { c.recipe.schedule = Schedule::constant; },
                                      [](CellSettings& c) { c.recipe.warmup = 0.5; },
                                      [](CellSettings& c) { c.recipe.flip = true; },
                                      [](CellSettings& c) { c.recipe.shift = 0.5; },
                                      [](CellSettings& c) { c.recipe.normalize = false; },
                                      [](CellSettings& c) { c.recipe.head = Head::published; },
                                      [](CellSettings& c) { c.recipe.patience = 1; }};

const std::vector<Change> kOfMeasuring{[](CellSettings& c) { c.measure.estimator = "twonn"; },
                                       [](CellSettings& c) { c.measure.variant = "as_published"; },
                                       [](CellSettings& c) { c.measure.k = 21; }};

const std::vector<Change> kOfTheRest{[](CellSettings& c) { c.attack.reset(); },
                                     [](CellSettings& c) { c.attack->methods = {AttackMethod::pgd}; },
                                     [](CellSettings& c) {
                                       c.attack->epsilons = {1, 2, 4};
                                     },
                                     [](CellSettings& c) { c.attack->steps = 11; },
                                     [](CellSettings& c) { c.attack->step_size = 1.0; },
                                     [](CellSettings& c) { c.attack->seed = 9; },
                                     [](CellSettings& c) { c.represent.reset(); },
                                     [](CellSettings& c) { c.represent->layers = {"all"}; },
                                     [](CellSettings& c) { c.represent->pool = "avg"; },
                                     [](CellSettings& c) { c.represent->estimator.estimator = "mle"; },
                                     [](CellSettings& c) { c.represent->estimator.variant = "linear"; }};

template <class Settings>
std::set<std::string> identities(Settings settings, const std::vector<Change>& changes) {
  std::set<std::string> found{identity_of(settings(cell()))};
  for (const Change& change : changes) {
    CellSettings changed = cell();
    change(changed);
    found.insert(identity_of(settings(changed)));
  }
  return found;
}

std::vector<Change> together(std::vector<Change> a, const std::vector<Change>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(CellIdentity, ChangesWithEverythingThatDecidesTheResult) {
  const auto all = together(together(kOfImages, kOfTraining), together(kOfMeasuring, kOfTheRest));
  EXPECT_EQ(identities(cell_settings, all).size(), all.size() + 1);
}

TEST(CellIdentity, StaysWithWhatDoesNot) {
  const std::vector<Change> names{[](CellSettings& c) { c.name.dataset = "other"; },
                                  [](CellSettings& c) { c.name.domain = "medical"; },
                                  [](CellSettings& c) { c.recipe.base = "other"; }};
  EXPECT_EQ(identities(cell_settings, names).size(), 1u);
}

TEST(CellIdentity, MeasurementsAreSharedByModels) {
  EXPECT_EQ(identities(measure_settings, together(kOfTraining, kOfTheRest)).size(), 1u);
  const auto own = together(kOfImages, kOfMeasuring);
  EXPECT_EQ(identities(measure_settings, own).size(), own.size() + 1);
}

TEST(CellIdentity, TrainingIsSharedByMeasurementsAndAttacks) {
  EXPECT_EQ(identities(train_settings, together(kOfMeasuring, kOfTheRest)).size(), 1u);
  const auto own = together(kOfImages, kOfTraining);
  EXPECT_EQ(identities(train_settings, own).size(), own.size() + 1);
}

TEST(CellIdentity, FgsmHasNoStepsAndTwoNnNoNeighbours) {
  CellSettings plain = cell();
  plain.attack->methods = {AttackMethod::fgsm};
  plain.measure.estimator = "twonn";
  CellSettings other = plain;
  other.attack->steps = 99;
  other.attack->seed = 99;
  other.measure.k = 99;
  EXPECT_EQ(identity_of(cell_settings(plain)), identity_of(cell_settings(other)));
}

TEST(CellIdentity, TextsDoNotRunTogether) {
  EXPECT_NE(identity_of({{"a", "1\nb=1:2"}}), identity_of({{"a", "1"}, {"b", "2"}}));
}

TEST(CellName, Text) {
  EXPECT_EQ(text_of(cell().name), "set cat/dog resnet18 N=500 seed=1");
}

}  // namespace
}  // namespace fathom
