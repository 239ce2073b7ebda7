// Loading the library of networks, which only some commands need.
#pragma once

#include "fathom/learn/learn_library.h"

namespace fathom {

/// Loads it once. Throws InputError when this installation has none, or one that cannot be loaded.
const LearnLibrary& load_learn_library();

}  // namespace fathom
