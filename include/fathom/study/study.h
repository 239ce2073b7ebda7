// A study: data sets x classes x models x training sizes x seeds, and what is done in every cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fathom/learn/attack.h"
#include "fathom/learn/recipe.h"
#include "fathom/prepare/protocol.h"
#include "fathom/read/data_set.h"

namespace fathom {

/// Which estimate of a measurement is taken: "mle" (variants pooled, as_published, mean, mean_unbiased) or
/// "twonn" (ml, linear, as_published).
struct EstimatorChoice {
  std::string estimator = "mle", variant = "pooled";
  std::size_t k = 20;  ///< neighbours of mle
};

struct RepresentChoice {
  /// Names; "all" or "published" alone; or "last" alone: the last hidden layer.
  std::vector<std::string> layers{"last"};
  std::string pool = "none";
  EstimatorChoice estimator{"twonn", "ml", 20};
};

/// One data set of a study. What is not given is the study's own.
struct StudyDataSet {
  std::string name, domain;
  std::string path;  ///< as written
  ReadOptions read;
  bool skip_bad = false;

  /// Each choice is a task of its own: these classes against one another. Empty: all classes.
  std::vector<std::vector<std::string>> classes;
  std::size_t class_pairs = 0;  ///< so many pairs of classes, drawn with the study's class_seed; 0: none
  std::optional<std::string> positive;  ///< this class against the rest
  std::optional<Split> split;           ///< use the images of this split alone
  std::optional<std::uint32_t> images;  ///< draw so many, evenly from the classes, before all else

  Protocol protocol;
  std::vector<std::size_t> samples;         ///< training sizes N
  std::optional<std::size_t> test_samples;  ///< see TrainTestOptions
  bool uneven = false;
};

/// What is changed of the recipe for some cells.
struct RecipeRule {
  std::vector<std::string> data_sets, models;  ///< of these; empty: of all
  std::optional<std::string> recipe;           ///< another recipe to begin with
  RecipeChanges changes;
};

struct Study {
  std::string file;  ///< path of the study file, for messages
  std::string name;
  std::vector<std::string> models;
  std::vector<std::uint64_t> seeds;
  /// Of the test set and the training images; nothing: the seed of the cell.
  std::optional<std::uint64_t> split_seed;
  std::uint64_t class_seed = 0;  ///< of class_pairs
  bool keep_checkpoints = false;

  std::string recipe = "fathom";
  RecipeChanges changes;
  std::vector<RecipeRule> recipe_rules;  ///< a later one has the last word
  EstimatorChoice measure;
  std::optional<AttackOptions> attack;  ///< its seed is that of the cell
  std::optional<RepresentChoice> represent;
  std::vector<StudyDataSet> data_sets;

  /// Line of the study file for a key such as "recipe.epochs", "recipe_for.0.epochs" or
  /// "dataset.cifar10.path".
  std::map<std::string, std::size_t> lines;
};

/// Whether a rule is for this data set and model.
bool is_for(const RecipeRule& rule, const std::string& data_set, const std::string& model);

/// "FILE:LINE" of a key, or of the nearest part of the file that is written down; "FILE" for one that is not.
std::string place_of(const Study& study, const std::string& key);

/// The classes of every task of a data set that has these classes; an empty list: all classes.
///
/// Pairs are drawn from all pairs in one random order of the seed and of the data set's name, so that fewer
/// are part of more, and models and sizes have the same. Throws InputError: more pairs than there are.
std::vector<std::vector<std::string>> class_choices(const Study& study, const StudyDataSet& data_set,
                                                    const std::vector<std::string>& classes);

}  // namespace fathom
