#include "fathom/learn/learn_library.h"

#include <torch/version.h>

#include "learn/attack.h"
#include "learn/device.h"
#include "learn/loaded_network.h"
#include "learn/represent.h"
#include "learn/tensor_memory.h"

namespace fathom {

namespace {

const char* torch_version() {
  return TORCH_VERSION;
}

std::string name_of_chosen_device(const std::string& name) {
  return chosen_device(name).is_cuda() ? "cuda" : "cpu";
}

std::shared_ptr<LoadedNetwork> load_network(const NetworkFile& file) {
  return std::make_shared<LoadedNetwork>(file);
}

const NetworkDescription& describe_network(const LoadedNetwork& network) {
  return network.description();
}

}  // namespace

}  // namespace fathom

const fathom::LearnLibrary* fathom_learn_library() {
  static constexpr fathom::LearnLibrary library{
      .torch_version = fathom::torch_version,
      .named_recipe = fathom::named_recipe,
      .change_recipe = fathom::change,
      .check_model = fathom::check_model,
      .check_train_options = fathom::check_train_options,
      .train = fathom::train,
      .chosen_device = fathom::name_of_chosen_device,
      .load_network = fathom::load_network,
      .describe_network = fathom::describe_network,
      .check_attack_options = fathom::check_attack_options,
      .attack = fathom::attack,
      .represent = fathom::represent,
  };
  fathom::use_large_pages_for_tensors();
  return &library;
}
