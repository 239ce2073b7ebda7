// Identifiers of patients, and paths -> keys that say nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace fathom {

/// The same for equal identifiers of one kind within this process, never 0. Hashed with a salt that is drawn
/// anew in every process and kept nowhere: a key tells nothing to who has the list of all identifiers.
/// No number in a result depends on it.
std::uint64_t opaque_key(std::string_view kind, std::string_view identifier);

}  // namespace fathom
