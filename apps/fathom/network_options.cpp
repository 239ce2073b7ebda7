#include "network_options.h"

#include <CLI/CLI.hpp>

#include "whole_number.h"

namespace fathom {

void add_network_run(CLI::App& command, NetworkRun& run) {
  command.get_option("--threads")
      ->description("Threads; the last bits of a network depend on it (default: all processors)");
  command.add_option("--device", run.device, "Where the network computes: auto, cpu, cuda")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Running");
  command
      .add_option("--batch-size", run.batch_size,
                  "Images that the network takes at a time; results depend on it by rounding alone")
      ->check(whole_number(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str()
      ->group("Running");
}

}  // namespace fathom
