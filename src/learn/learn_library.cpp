#include "fathom/learn/learn_library.h"

#include <torch/version.h>

namespace fathom {

namespace {

const char* torch_version() {
  return TORCH_VERSION;
}

}  // namespace

}  // namespace fathom

const fathom::LearnLibrary* fathom_learn_library() {
  static constexpr fathom::LearnLibrary library{.torch_version = fathom::torch_version,
                                                .named_recipe = fathom::named_recipe,
                                                .change_recipe = fathom::change,
                                                .check_train_options = fathom::check_train_options,
                                                .train = fathom::train};
  return &library;
}
