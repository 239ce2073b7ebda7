// What every table asks of its column names.
#pragma once

#include <string>
#include <vector>

namespace fathom {

/// Takes the blanks around column names away. The first may be empty: so pandas writes its row numbers.
/// Throws InputError, naming the line `where`: any other column without a name, two of one name.
void check_header(std::vector<std::string>& header, const std::string& where);

}  // namespace fathom
