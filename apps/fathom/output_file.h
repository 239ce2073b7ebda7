// Output files named on the command line.
#pragma once

#include <string>

namespace fathom {

/// Throws UsageError when `path`, given by `option`, cannot become a file: found out before the work, not after it.
void check_output(const std::string& option, const std::string& path);

}  // namespace fathom
