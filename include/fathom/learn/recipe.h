// A recipe: how a network is trained.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom {

enum class OptimizerKind { sgd, adam, adamw };
enum class Schedule { constant, cosine };
enum class Decay {
  all,      ///< weight decay of every parameter
  weights,  ///< of the weights of convolutions and linear layers alone, not of biases and normalisation
};
enum class Head {
  labels,     ///< one output a class
  published,  ///< 1000 outputs, of which the first are the classes: torchvision's, as P1 left it
};

/// | field | iclr2024 (P1) | fathom |
/// | --- | --- | --- |
/// | optimizer | adam | adamw |
/// | learning rate | 0.001; VGG and other models without batch norm 0.0001 | 0.001; without batch norm 0.0003
/// | | weight decay | 0.0001, L2 term of the gradient, of all parameters | 0.05, of weights | | epochs | 100
/// | 30 | | schedule | constant | cosine to 0, after a linear warm-up over the first tenth | | batch size |
/// 40 (ResNet-18), 25 (34), 12 (50), 6 (VGG) | 32 | | augmentation | none | shifts of up to a sixteenth of
/// the side | | input | as the protocol gives it | mean 0 and standard deviation 1 of each channel | | head |
/// published | labels |
///
/// Batch sizes and learning rates of models that P1 does not have are those of the nearest one: 12 for deeper
/// ResNets and DenseNets, 40 for SqueezeNet and AlexNet.
///
/// Not followed of the published code: its half-precision forward pass, in which small gradients are lost as
/// it does not scale them (float32 here); the VGGs' rate of 1e-6 on SVHN alone (--learning-rate;
/// [[recipe_for]] in a study); a mean of batch means as test loss (here of images).
struct Recipe {
  std::string base;  ///< one of recipe_names()
  OptimizerKind optimizer = OptimizerKind::adamw;
  double learning_rate = 1e-3;
  double momentum = 0.9;  ///< of sgd
  double weight_decay = 0.05;
  Decay decay = Decay::weights;
  std::size_t epochs = 30;
  std::size_t batch_size = 32;
  Schedule schedule = Schedule::cosine;
  double warmup = 0.1;      ///< share of all steps over which the rate rises linearly
  bool flip = false;        ///< half of the images left to right
  double shift = 1.0 / 16;  ///< largest, of the longer side
  bool normalize = true;
  Head head = Head::labels;
  /// Stop after so many epochs without a training loss below 99 % of the lowest so far; 0: never.
  std::size_t patience = 0;
};

std::vector<std::string> recipe_names();

/// The recipe as it is for a model ("resnet18"). Throws UsageError for an unknown recipe, naming those there
/// are; unknown models have the values of the nearest.
Recipe named_recipe(std::string_view name, std::string_view model);

/// What options change. Words are as on the command line.
struct RecipeChanges {
  std::optional<std::string> optimizer, schedule, decay, head;
  std::optional<double> learning_rate, momentum, weight_decay, warmup, shift;
  std::optional<std::size_t> epochs, batch_size, patience;
  std::optional<bool> flip, normalize;
};

/// Throws UsageError naming the option: an unknown word, a number out of range.
void change(Recipe& recipe, const RecipeChanges& changes);

// Words for choices. Inline, for those who do not load the library.
inline std::string_view name_of(OptimizerKind kind) {
  return kind == OptimizerKind::sgd ? "sgd" : kind == OptimizerKind::adam ? "adam" : "adamw";
}
inline std::string_view name_of(Schedule schedule) {
  return schedule == Schedule::constant ? "constant" : "cosine";
}
inline std::string_view name_of(Decay decay) {
  return decay == Decay::all ? "all" : "weights";
}
inline std::string_view name_of(Head head) {
  return head == Head::labels ? "labels" : "published";
}

/// Calls visit(name, value) for every field but `base`: names as in study files and JSON; a value is a word,
/// a number, a count or a flag. Inline, for those who do not load the library.
template <class Visit>
void visit_fields(const Recipe& recipe, Visit visit) {
  visit("optimizer", name_of(recipe.optimizer));
  visit("learning_rate", recipe.learning_rate);
  visit("momentum", recipe.momentum);
  visit("weight_decay", recipe.weight_decay);
  visit("decay", name_of(recipe.decay));
  visit("epochs", recipe.epochs);
  visit("batch_size", recipe.batch_size);
  visit("schedule", name_of(recipe.schedule));
  visit("warmup", recipe.warmup);
  visit("flip", recipe.flip);
  visit("shift", recipe.shift);
  visit("normalize", recipe.normalize);
  visit("head", name_of(recipe.head));
  visit("patience", recipe.patience);
}

/// The learning rate of step `step` of `steps`, counted from 0.
double learning_rate_at(const Recipe& recipe, std::size_t step, std::size_t steps);

}  // namespace fathom
