#include "load_learn_library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "fathom/core/error.h"
#include "fathom/core/keep_freed_memory.h"

namespace fathom {

namespace {

constexpr const char* kFile = "libfathom_learn.so";

/// Beside the program, as built and as installed: bin/fathom and lib/libfathom_learn.so.
std::string path_of_library() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return program.parent_path().parent_path() / "lib" / kFile;
}

const LearnLibrary& load() {
  const std::string path = path_of_library();
  if (!std::filesystem::exists(path)) {
    throw InputError(path, "is not there: this Fathom was built without LibTorch",
                     "install libtorch-dev and build Fathom again");
  }
  // OpenMP's threads spin while they wait, unless told otherwise before it is loaded: beside other work that
  // costs several times what they compute, and alone it gains nothing that could be measured.
  setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
  keep_freed_memory();
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw InputError(path, std::string("cannot be loaded (") + dlerror() + ")",
                     "install the LibTorch that Fathom was built with, or build Fathom again");
  }
  const auto entry =
      reinterpret_cast<decltype(&fathom_learn_library)>(dlsym(library, "fathom_learn_library"));
  if (entry == nullptr) throw InputError(path, "is of another version of Fathom", "install Fathom again");
  return *entry();
}

}  // namespace

const LearnLibrary& load_learn_library() {
  static const LearnLibrary& library = load();
  return library;
}

}  // namespace fathom
