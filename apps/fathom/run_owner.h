// Who works at a cell.
#pragma once

#include <string>

namespace fathom {

/// This process: host, process namespace, process id and the moment it began, so that no later process is
/// taken for it.
std::string own_name();

/// True when it is sure that no such process runs any more; false of other machines' processes, of which
/// nobody here can tell.
bool is_gone(const std::string& owner);

}  // namespace fathom
