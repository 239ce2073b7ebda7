// The header of a .npy file: a Python dictionary as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "read/read_values.h"

namespace fathom {

struct NpyHeader {
  StoredType type;
  AxisOrder order = AxisOrder::last_fastest;
  std::vector<std::size_t> shape;
};

/// Parses "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }": these three keys, each once, in any
/// order. Throws InputError naming `name`: anything else, or a dtype that is no plain number.
NpyHeader parse_npy_header(std::string_view text, const std::string& name);

}  // namespace fathom
