#include "fathom/learn/recipe.h"

#include <cmath>
#include <initializer_list>
#include <numbers>

#include "fathom/core/error.h"

namespace fathom {

namespace {

template <class Choice>
void choose(Choice& choice, const std::optional<std::string>& word, std::initializer_list<Choice> choices,
            const std::string& option) {
  if (!word) return;
  std::string known;
  for (const Choice each : choices) {
    if (name_of(each) == *word) {
      choice = each;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(name_of(each));
  }
  throw UsageError(option, "there is no choice \"" + *word + "\"", "use one of: " + known);
}

void set_number(double& value, const std::optional<double>& wanted, bool allowed, const std::string& option,
                const std::string& remedy) {
  if (!wanted) return;
  if (!std::isfinite(*wanted) || !allowed) throw UsageError(option, "is out of range", remedy);
  value = *wanted;
}

void set_count(std::size_t& value, const std::optional<std::size_t>& wanted, std::size_t least,
               const std::string& option) {
  if (!wanted) return;
  if (*wanted < least) {
    throw UsageError(option, "is out of range",
                     "give a whole number of " + std::to_string(least) + " or more");
  }
  value = *wanted;
}

bool starts_with_any(std::string_view model, std::initializer_list<std::string_view> families) {
  for (const std::string_view family : families) {
    if (model.starts_with(family)) return true;
  }
  return false;
}

bool has_batch_norm(std::string_view model) {
  return starts_with_any(model, {"resnet", "densenet"}) || model.ends_with("_bn");
}

std::size_t published_batch_size(std::string_view model) {
  if (model == "resnet34") return 25;
  if (model.starts_with("vgg")) return 6;
  return starts_with_any(model, {"resnet18", "squeezenet", "alexnet"}) ? 40 : 12;
}

Recipe published(std::string_view model) {
  Recipe recipe;
  recipe.base = "iclr2024";
  recipe.optimizer = OptimizerKind::adam;
  recipe.learning_rate = starts_with_any(model, {"resnet", "densenet"}) ? 1e-3 : 1e-4;
  recipe.weight_decay = 1e-4;
  recipe.decay = Decay::all;
  recipe.epochs = 100;
  recipe.batch_size = published_batch_size(model);
  recipe.schedule = Schedule::constant;
  recipe.warmup = 0.0;
  recipe.shift = 0.0;
  recipe.normalize = false;
  recipe.head = Head::published;
  return recipe;
}

Recipe ours(std::string_view model) {
  Recipe recipe;
  recipe.base = "fathom";
  recipe.learning_rate = has_batch_norm(model) ? 1e-3 : 3e-4;
  return recipe;
}

}  // namespace

std::vector<std::string> recipe_names() {
  return {"fathom", "iclr2024"};
}

Recipe named_recipe(std::string_view name, std::string_view model) {
  if (name == "fathom") return ours(model);
  if (name == "iclr2024") return published(model);
  throw UsageError("--recipe", "there is no recipe \"" + std::string(name) + "\"",
                   "use one of: fathom, iclr2024");
}

void change(Recipe& recipe, const RecipeChanges& changes) {
  choose(recipe.optimizer, changes.optimizer, {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw},
         "--optimizer");
  choose(recipe.schedule, changes.schedule, {Schedule::constant, Schedule::cosine}, "--schedule");
  choose(recipe.decay, changes.decay, {Decay::all, Decay::weights}, "--decay");
  choose(recipe.head, changes.head, {Head::labels, Head::published}, "--head");
  const auto within = [](const std::optional<double>& number, double low, double high) {
    return number && *number >= low && *number <= high;
  };
  set_number(recipe.learning_rate, changes.learning_rate, changes.learning_rate && *changes.learning_rate > 0,
             "--learning-rate", "give a number above 0");
  set_number(recipe.momentum, changes.momentum, within(changes.momentum, 0, 0.9999), "--momentum",
             "give a number from 0 to 0.9999");
  set_number(recipe.weight_decay, changes.weight_decay, within(changes.weight_decay, 0, HUGE_VAL),
             "--weight-decay", "give 0 or more");
  set_number(recipe.warmup, changes.warmup, within(changes.warmup, 0, 1), "--warmup",
             "give a share from 0 to 1");
  set_number(recipe.shift, changes.shift, within(changes.shift, 0, 0.5), "--shift",
             "give a share from 0 to 0.5");
  set_count(recipe.epochs, changes.epochs, 1, "--epochs");
  set_count(recipe.batch_size, changes.batch_size, 2, "--batch-size");  // batch statistics need two
  set_count(recipe.patience, changes.patience, 0, "--patience");
  recipe.flip = changes.flip.value_or(recipe.flip);
  recipe.normalize = changes.normalize.value_or(recipe.normalize);
}

double learning_rate_at(const Recipe& recipe, std::size_t step, std::size_t steps) {
  const double warmup = std::ceil(recipe.warmup * static_cast<double>(steps));
  const auto now = static_cast<double>(step);
  if (now < warmup) return recipe.learning_rate * (now + 1) / warmup;
  if (recipe.schedule == Schedule::constant) return recipe.learning_rate;
  const double share = (now - warmup) / (static_cast<double>(steps) - warmup);
  return recipe.learning_rate * (1 + std::cos(std::numbers::pi * share)) / 2;
}

}  // namespace fathom
