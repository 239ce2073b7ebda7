// Options that the commands on networks share.
#pragma once

#include "fathom/learn/loaded_network.h"

namespace CLI {
class App;
}

namespace fathom {

/// --device and --batch-size.
void add_network_run(CLI::App& command, NetworkRun& run);

}  // namespace fathom
