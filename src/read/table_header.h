// What every table asks of its column names.
#pragma once

#include <string>
#include <vector>

#include "fathom/read/table.h"

namespace fathom {

/// Takes the blanks around column names away. The first may be empty: so pandas writes its row numbers.
/// Throws InputError, naming the line `where`: any other column without a name (unless
/// allowed), two of one name.
void check_header(std::vector<std::string>& header, const std::string& where,
                  UnnamedColumns unnamed = UnnamedColumns::refused);

}  // namespace fathom
