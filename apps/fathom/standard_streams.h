// Standard input, output and error as the shell handed them over.
#pragma once

#include <string>

namespace fathom {

/// Occupies those that are closed (`>&-`), so that no file opened later takes the number of one and receives
/// what was meant for it.
void occupy_closed_streams();

/// Writes to standard output. Throws InputError when it does not take everything (closed, disk full).
void write_output(const std::string& text);

}  // namespace fathom
