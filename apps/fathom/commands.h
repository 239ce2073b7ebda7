// The commands. Each adds itself to the program and runs when it is parsed.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace fathom {

/// `command` is recorded in the results.
void add_attack(CLI::App& app, const std::vector<std::string>& command);
void add_catalog(CLI::App& app, const std::vector<std::string>& command);
void add_measure(CLI::App& app, const std::vector<std::string>& command);
void add_plan(CLI::App& app, const std::vector<std::string>& command);
void add_relate(CLI::App& app, const std::vector<std::string>& command);
void add_represent(CLI::App& app, const std::vector<std::string>& command);
void add_study(CLI::App& app, const std::vector<std::string>& command);
void add_synth(CLI::App& app);
void add_train(CLI::App& app, const std::vector<std::string>& command);

}  // namespace fathom
