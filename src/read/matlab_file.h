// Arrays in MATLAB's files of level 5 (MATLAB 5 to 7, scipy.io.savemat), as far as they are plain numbers.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "read/byte_source.h"
#include "read/read_values.h"

namespace fathom {

struct MatlabArray {
  std::string name;
  std::vector<std::size_t> shape;  ///< the first axis varies fastest
  StoredType stored;               ///< of its values, which MATLAB keeps in the smallest type that holds them
  std::uint64_t bytes = 0;         ///< of all values
};

/// True where bytes begin as such a file does, of level 5 or 7.3.
bool begins_as_matlab(ByteSource& source);

/// Calls `visit` for every real numeric array at the top level, with its values: what it leaves of them is
/// passed over. Source: MathWorks, "MAT-File Format", chapter 1. Throws InputError: another level or byte
/// order, cut short, damaged.
void visit_matlab_arrays(std::span<const std::byte> file, const std::string& name,
                         const std::function<void(const MatlabArray&, ByteSource& values)>& visit);

}  // namespace fathom
