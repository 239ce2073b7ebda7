#include <fmt/format.h>

#include <algorithm>

#include "fathom/core/error.h"
#include "learn/models/families.h"
#include "learn/network.h"
#include "learn/seeded_generator.h"

namespace fathom {

namespace {

std::vector<Model> all_models() {
  std::vector<Model> all;
  for (const auto& family : {alexnets, densenets, resnets, squeezenets, vggs})
    for (Model& model : family()) all.push_back(std::move(model));
  return all;
}

const std::vector<Model>& models() {
  static const std::vector<Model> all = all_models();
  return all;
}

const Model& find_model(const std::string& name) {
  const auto model =
      std::find_if(models().begin(), models().end(), [&](const Model& m) { return m.name == name; });
  if (model == models().end()) {
    throw UsageError("--model", fmt::format("\"{}\" is not a model", name),
                     fmt::format("choose one of {}", fmt::join(model_names(), ", ")));
  }
  return *model;
}

}  // namespace

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const Model& model : models()) names.push_back(model.name);
  return names;
}

std::unique_ptr<Network> make_network(const NetworkOptions& options) {
  const Model& model = find_model(options.model);
  if (options.channels != 1 && options.channels != 3) {
    throw UsageError("--channels",
                     fmt::format("a network takes images of 1 or 3 channels, not {}", options.channels),
                     "prepare the images with --channels 1 or --channels 3");
  }
  if (options.classes < 1) {
    throw UsageError("--classes", fmt::format("a network cannot have {} outputs", options.classes),
                     "give 1 or more classes");
  }
  const SeededGenerator generator(options.seed);
  return std::make_unique<ModuleNetwork>(options.model, options.channels,
                                         model.build(options.channels, options.classes));
}

}  // namespace fathom
