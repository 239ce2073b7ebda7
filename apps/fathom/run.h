// The program: parses the command line, runs a command, and turns what went wrong into an exit code.
#pragma once

namespace fathom {

/// 0 done, 1 internal fault, 2 wrong usage, 3 unreadable or unusable data, 4 interrupted.
int run(int argc, char** argv);

}  // namespace fathom
