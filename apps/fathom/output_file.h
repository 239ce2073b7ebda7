// Output files named on the command line.
#pragma once

#include <string>

namespace fathom {

/// Throws UsageError when `path`, given by `option`, cannot become a file: found out before the work, not
/// after it.
/// "-" is standard output.
void check_output(const std::string& option, const std::string& path);

/// Throws UsageError when `path`, given by `option`, is there and no folder.
void check_folder(const std::string& option, const std::string& path);

/// Throws UsageError when two outputs are one file.
void check_different(const std::string& option, const std::string& path, const std::string& other_option,
                     const std::string& other_path);

/// The page's file, given by --html: it must be one that check_output() takes and not standard output, and
/// this build must hold the page. Throws UsageError.
void check_html_output(const std::string& path);

}  // namespace fathom
