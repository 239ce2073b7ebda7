// What the layer `learn` offers to the rest of the program. It is a shared library of its own, loaded by the
// commands that need it, so that no other command loads LibTorch.
#pragma once

namespace fathom {

/// Everything that can be called in the library. Both sides are built together; it is no stable interface.
struct LearnLibrary {
  /// LibTorch's version, as "1.13.1".
  const char* (*torch_version)();
};

}  // namespace fathom

extern "C" const fathom::LearnLibrary* fathom_learn_library();
