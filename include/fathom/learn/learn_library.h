// What the layer `learn` offers to the rest of the program. It is a shared library of its own, loaded by the
// commands that need it, so that no other command loads LibTorch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/learn/attack.h"
#include "fathom/learn/loaded_network.h"
#include "fathom/learn/recipe.h"
#include "fathom/learn/represent.h"
#include "fathom/learn/train.h"
#include "fathom/prepare/prepare.h"

namespace fathom {

/// Everything that can be called in the library. Both sides are built together; it is no stable interface.
struct LearnLibrary {
  /// LibTorch's version, as "1.13.1".
  const char* (*torch_version)();

  // recipe.h
  Recipe (*named_recipe)(std::string_view name, std::string_view model);
  void (*change_recipe)(Recipe& recipe, const RecipeChanges& changes);

  // train.h
  void (*check_model)(const std::string& model);
  void (*check_train_options)(const TrainOptions& options);
  TrainResult (*train)(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
                       Progress& progress);

  /// "cpu" or "cuda" of "cpu", "cuda" or "auto". Throws UsageError: another word, cuda where there is none.
  std::string (*chosen_device)(const std::string& name);

  /// Throws UsageError for an option that does not go with the file; InputError: not there, damaged, of
  /// another model.
  std::shared_ptr<LoadedNetwork> (*load_network)(const NetworkFile& file);
  const NetworkDescription& (*describe_network)(const LoadedNetwork& network);

  /// See src/learn/attack.h.
  void (*check_attack_options)(const AttackOptions& options);
  AttackResult (*attack)(LoadedNetwork& network, const PreparedData& data,
                         const std::vector<std::uint32_t>& rows, const std::vector<std::int32_t>& outputs,
                         const AttackOptions& options, const NetworkRun& run, Progress& progress);

  /// See src/learn/represent.h.
  void (*represent)(LoadedNetwork& network, const PreparedData& data, const RepresentOptions& options,
                    const NetworkRun& run, const PassPlanner& plan, const LayerReceiver& receive,
                    Progress& progress);
};

}  // namespace fathom

extern "C" const fathom::LearnLibrary* fathom_learn_library();
