// Options that the commands on networks share.
#pragma once

#include "fathom/learn/loaded_network.h"

namespace CLI {
class App;
}

namespace fathom {

/// --device and --batch-size. `command` has --threads, whose help then says what it changes.
void add_network_run(CLI::App& command, NetworkRun& run);

}  // namespace fathom
