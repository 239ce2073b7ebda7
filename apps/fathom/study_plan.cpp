#include "study_plan.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/prepare/train_test_split.h"

namespace fathom {

namespace {

/// The recipe of a cell. Throws InputError naming the line of a value that cannot be.
Recipe recipe_of(const Study& study, const LearnLibrary& library, const std::string& data_set,
                 const std::string& model) {
  std::string name = study.recipe, place = "recipe.";
  for (std::size_t i = 0; i < study.recipe_rules.size(); ++i) {
    const RecipeRule& rule = study.recipe_rules[i];
    if (!rule.recipe || !is_for(rule, data_set, model)) continue;
    name = *rule.recipe;
    place = "recipe_for." + std::to_string(i) + ".";
  }
  try {
    Recipe recipe = library.named_recipe(name, model);
    place = "recipe.";
    library.change_recipe(recipe, study.changes);
    for (std::size_t i = 0; i < study.recipe_rules.size(); ++i) {
      if (!is_for(study.recipe_rules[i], data_set, model)) continue;
      place = "recipe_for." + std::to_string(i) + ".";
      library.change_recipe(recipe, study.recipe_rules[i].changes);
    }
    return recipe;
  } catch (const UsageError& error) {
    refuse_key(study, place, error);
  }
}

class Planner {
 public:
  Planner(const Study& study, const LearnLibrary& library, StudyImages& images, StudyStore* store,
          Progress& progress)
      : study_(study), library_(library), images_(images), store_(store), progress_(progress) {}

  StudyPlan run() {
    for (const StudyDataSet& set : study_.data_sets) {
      const std::size_t before = plan_.cells.size();
      try {
        add_data_set(set);
      } catch (const StoreError&) {
        throw;
      } catch (const InputError& error) {
        plan_.cells.resize(before);
        plan_.unread.push_back({set.name, images_.shown(error)});
      }
    }
    check_different();
    return std::move(plan_);
  }

 private:
  void add_data_set(const StudyDataSet& set) {
    const DataSet opened = images_.open(set, progress_);
    for (const std::vector<std::string>& classes :
         class_choices(study_, set, opened.label_columns.front().classes)) {
      progress_.check();
      add_choice(set, classes, images_.choose(opened, set, classes));
    }
  }

  void add_choice(const StudyDataSet& set, const std::vector<std::string>& classes, DataSet chosen) {
    const std::vector<std::string> names = chosen.label_columns.front().classes;
    const std::string fingerprint = StudyImages::fingerprint(chosen, set);
    std::optional<std::string> content = store_ == nullptr ? std::nullopt : store_->content(fingerprint);
    if (content) {
      const std::vector<StudyCell> cells = cells_of(set, classes, names, *content);
      if (std::ranges::all_of(cells, [&](const StudyCell& cell) { return is_known(cell); })) {
        plan_.cells.insert(plan_.cells.end(), cells.begin(), cells.end());
        return;
      }
    }
    const ChosenImages& prepared = images_.prepare_chosen(set, classes, std::move(chosen), progress_);
    if (store_ != nullptr) store_->keep_content(fingerprint, prepared.content);
    std::vector<StudyCell> cells = cells_of(set, classes, names, prepared.content);
    leave_out(cells, prepared);
    plan_.cells.insert(plan_.cells.end(), cells.begin(), cells.end());
  }

  bool is_known(const StudyCell& cell) const { return store_->state_of(cell.planned.identity).has_value(); }

  std::vector<StudyCell> cells_of(const StudyDataSet& set, const std::vector<std::string>& classes,
                                  const std::vector<std::string>& names, const std::string& content) const {
    std::vector<StudyCell> cells;
    for (const std::uint64_t seed : study_.seeds) {
      for (const std::size_t samples : set.samples) {
        for (const std::string& model : study_.models) {
          StudyCell cell;
          cell.data_set = &set;
          cell.classes = classes;
          cell.settings = settings_of(set, names, content, model, samples, seed);
          cell.planned.name = cell.settings.name;
          cell.planned.settings = cell_settings(cell.settings);
          cell.planned.identity = identity_of(cell.planned.settings);
          cells.push_back(std::move(cell));
        }
      }
    }
    return cells;
  }

  CellSettings settings_of(const StudyDataSet& set, const std::vector<std::string>& names,
                           const std::string& content, const std::string& model, std::size_t samples,
                           std::uint64_t seed) const {
    CellSettings settings;
    settings.name = {set.name, set.domain, names, model, samples, seed};
    settings.content = content;
    settings.protocol = set.protocol.name();
    settings.test_samples = set.test_samples;
    settings.uneven = set.uneven;
    settings.seeds = {study_.split_seed.value_or(seed), seed, seed};
    settings.recipe = recipe_of(study_, library_, set.name, model);
    settings.measure = study_.measure;
    settings.attack = study_.attack;
    if (settings.attack) settings.attack->seed = seed;
    settings.represent = study_.represent;
    return settings;
  }

  static void leave_out(std::vector<StudyCell>& cells, const ChosenImages& images) {
    std::map<std::tuple<std::uint64_t, std::size_t>, std::optional<std::string>> reasons;
    for (StudyCell& cell : cells) {
      const CellSettings& settings = cell.settings;
      const auto [known, is_new] = reasons.try_emplace({settings.seeds.split, settings.name.samples});
      if (is_new) known->second = why_impossible(settings, images);
      cell.planned.left_out = known->second;
    }
  }

  static std::optional<std::string> why_impossible(const CellSettings& settings, const ChosenImages& images) {
    try {
      split_train_test(images.prepared, split_options(settings), images.data.path);
      return std::nullopt;
    } catch (const InputError& error) {
      return error.reason();
    }
  }

  void check_different() const {
    std::map<std::string, const StudyCell*> seen;
    for (const StudyCell& cell : plan_.cells) {
      const auto [other, is_new] = seen.try_emplace(cell.planned.identity, &cell);
      if (is_new) continue;
      throw InputError(place_of(study_, "dataset." + cell.planned.name.dataset),
                       "\"" + text_of(cell.planned.name) + "\" is the same as \"" +
                           text_of(other->second->planned.name) + "\": the same images, classes and settings",
                       "remove one of the two");
    }
  }

  const Study& study_;
  const LearnLibrary& library_;
  StudyImages& images_;
  StudyStore* store_;
  Progress& progress_;
  StudyPlan plan_;
};

}  // namespace

TrainTestOptions split_options(const CellSettings& settings) {
  TrainTestOptions options;
  options.train_samples = settings.name.samples;
  options.test_samples = settings.test_samples;
  options.seed = settings.seeds.split;
  options.uneven = settings.uneven;
  return options;
}

void check_networks(const Study& study, const LearnLibrary& library) {
  for (const std::string& model : study.models) {
    try {
      library.check_model(model);
    } catch (const UsageError& error) {
      throw InputError(place_of(study, "models"), "models: " + error.reason(), error.remedy());
    }
    for (const StudyDataSet& set : study.data_sets) recipe_of(study, library, set.name, model);
  }
}

StudyPlan plan_study(const Study& study, const LearnLibrary& library, StudyImages& images, StudyStore* store,
                     Progress& progress) {
  return Planner(study, library, images, store, progress).run();
}

}  // namespace fathom
