// Options for volumes: which of their slices are images.
#pragma once

#include "fathom/read/slices.h"

namespace CLI {
class App;
}

namespace fathom {

/// `slices` must outlive the command.
void add_slice_options(CLI::App& command, SliceOptions& slices);

}  // namespace fathom
