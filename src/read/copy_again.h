// The remedy for a file that is not as it was written.
#pragma once

namespace fathom {

inline constexpr const char* copy_again = "copy or download the file again";

}  // namespace fathom
