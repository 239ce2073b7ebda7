// What the layer `learn` offers to the rest of the program. It is a shared library of its own, loaded by the
// commands that need it, so that no other command loads LibTorch.
#pragma once

#include <string_view>

#include "fathom/learn/recipe.h"
#include "fathom/learn/train.h"

namespace fathom {

/// Everything that can be called in the library. Both sides are built together; it is no stable interface.
struct LearnLibrary {
  /// LibTorch's version, as "1.13.1".
  const char* (*torch_version)();

  // recipe.h
  Recipe (*named_recipe)(std::string_view name, std::string_view model);
  void (*change_recipe)(Recipe& recipe, const RecipeChanges& changes);

  // train.h
  void (*check_train_options)(const TrainOptions& options);
  TrainResult (*train)(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
                       Progress& progress);
};

}  // namespace fathom

extern "C" const fathom::LearnLibrary* fathom_learn_library();
