#include "fathom/learn/recipe.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fathom/core/error.h"

namespace fathom {
namespace {

std::string refusal(const RecipeChanges& changes) {
  Recipe recipe = named_recipe("fathom", "resnet18");
  try {
    change(recipe, changes);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Recipe, PublishedOneIsThatOfItsTable) {
  const Recipe recipe = named_recipe("iclr2024", "resnet18");
  EXPECT_EQ(recipe.optimizer, OptimizerKind::adam);
  EXPECT_EQ(recipe.decay, Decay::all);
  EXPECT_EQ(recipe.weight_decay, 1e-4);
  EXPECT_EQ(recipe.epochs, 100u);
  EXPECT_EQ(recipe.schedule, Schedule::constant);
  EXPECT_EQ(recipe.warmup, 0.0);
  EXPECT_EQ(recipe.shift, 0.0);
  EXPECT_FALSE(recipe.flip);
  EXPECT_FALSE(recipe.normalize);
  EXPECT_EQ(recipe.head, Head::published);
  EXPECT_EQ(recipe.patience, 0u);
}

TEST(Recipe, PublishedRatesAndBatchSizesGoByTheModel) {
  const std::vector<std::tuple<const char*, double, std::size_t>> table = {
      {"resnet18", 1e-3, 40}, {"resnet34", 1e-3, 25}, {"resnet50", 1e-3, 12},
      {"vgg13", 1e-4, 6},     {"vgg16", 1e-4, 6},     {"vgg19", 1e-4, 6}};
  for (const auto& [model, rate, batch] : table) {
    EXPECT_EQ(named_recipe("iclr2024", model).learning_rate, rate) << model;
    EXPECT_EQ(named_recipe("iclr2024", model).batch_size, batch) << model;
  }
}

TEST(Recipe, OursIsSlowerWithoutBatchNormalisation) {
  EXPECT_EQ(named_recipe("fathom", "vgg16_bn").learning_rate, 1e-3);
  EXPECT_EQ(named_recipe("fathom", "vgg16").learning_rate, 3e-4);
  EXPECT_EQ(named_recipe("fathom", "densenet121").learning_rate, 1e-3);
}

TEST(Recipe, AnUnknownOneIsRefused) {
  try {
    named_recipe("iclr2023", "resnet18");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--recipe: there is no recipe \"iclr2023\"; use one of: fathom, iclr2024");
  }
}

TEST(Recipe, OptionsChangeOneField) {
  Recipe recipe = named_recipe("fathom", "resnet18");
  RecipeChanges changes;
  changes.optimizer = "sgd";
  changes.epochs = 7;
  changes.normalize = false;
  change(recipe, changes);
  EXPECT_EQ(recipe.optimizer, OptimizerKind::sgd);
  EXPECT_EQ(recipe.epochs, 7u);
  EXPECT_FALSE(recipe.normalize);
  EXPECT_EQ(recipe.batch_size, 32u);
}

TEST(Recipe, WordsAndNumbersThatCannotBeAreRefused) {
  RecipeChanges word, rate, not_a_number, batch, warmup;
  word.schedule = "linear";
  rate.learning_rate = 0.0;
  not_a_number.learning_rate = std::nan("");
  batch.batch_size = 1;
  warmup.warmup = 1.5;
  EXPECT_EQ(refusal(word), "--schedule: there is no choice \"linear\"; use one of: constant, cosine");
  EXPECT_EQ(refusal(rate), "--learning-rate: is out of range; give a number above 0");
  EXPECT_EQ(refusal(not_a_number), "--learning-rate: is out of range; give a number above 0");
  EXPECT_EQ(refusal(batch), "--batch-size: is out of range; give a whole number of 2 or more");
  EXPECT_EQ(refusal(warmup), "--warmup: is out of range; give a share from 0 to 1");
}

TEST(LearningRate, RisesLinearlyAndFallsAsACosine) {
  Recipe recipe = named_recipe("fathom", "resnet18");
  recipe.learning_rate = 0.5;
  recipe.warmup = 0.2;
  EXPECT_DOUBLE_EQ(learning_rate_at(recipe, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate_at(recipe, 1, 10), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate_at(recipe, 2, 10), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate_at(recipe, 6, 10), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate_at(recipe, 8, 10), 0.25 * (1 - std::sqrt(0.5)));
  EXPECT_GT(learning_rate_at(recipe, 9, 10), 0.0);
  recipe.schedule = Schedule::constant;
  recipe.warmup = 0.0;
  EXPECT_EQ(learning_rate_at(recipe, 9, 10), 0.5);
}

TEST(LearningRate, MayRiseToTheEnd) {
  Recipe recipe = named_recipe("fathom", "resnet18");
  recipe.learning_rate = 1.0;
  recipe.warmup = 1.0;
  EXPECT_DOUBLE_EQ(learning_rate_at(recipe, 3, 4), 1.0);
}

}  // namespace
}  // namespace fathom
