// --redact-paths: hashes in place of paths.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/read/data_set.h"

namespace fathom {

/// Sixteen hexadecimal digits; the same for a path wherever it is shown in this run, and others in the next.
std::string hash_of_path(const std::string& path);

/// Replaces the paths of all images and of the data set itself, in its notes too.
void redact(DataSet& data);

/// Whether a command line asks for it.
bool redacts_paths(const std::vector<std::string>& line);
/// A command line without its paths, where it asks for that; otherwise itself. A word is a path when it holds
/// a '/' or something of that name is there.
std::vector<std::string> shown_line(const std::vector<std::string>& line);
/// Words of a message without paths and quoted names, where the command line asks for that.
std::string shown_text(std::string text, const std::vector<std::string>& line);
/// What an error says, without its paths, where the command line asks for that. That of an error of another
/// kind as shown_text().
std::string shown_message(const std::exception& error, const std::vector<std::string>& line);

}  // namespace fathom
