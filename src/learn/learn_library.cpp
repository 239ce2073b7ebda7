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
  static constexpr fathom::LearnLibrary library{.torch_version = fathom::torch_version};
  return &library;
}
