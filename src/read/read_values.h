// Array values as a file stores them, widened to a pixel type.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fathom/read/array.h"
#include "read/byte_source.h"

namespace fathom {

/// How one number is stored.
struct StoredType {
  enum class Kind { unsigned_integer, signed_integer, real };
  Kind kind = Kind::unsigned_integer;
  std::size_t bytes = 1;  ///< integers 1, 2, 4, 8; reals 2, 4, 8
  bool big_endian = false;
};

enum class AxisOrder { last_fastest, first_fastest };  ///< C, Fortran

/// True when the values are kept in the bytes that store them, which then only need to be in C order.
bool kept_as_stored(StoredType type);
/// The pixel type that values of this type are widened to.
PixelType widened_type(StoredType type);

/// Reads the values of one array, which must be all that `source` still holds, and puts them in C order.
///
/// Memory: the array itself, and the stored values beside it only under AxisOrder::first_fastest.
/// Throws InputError naming `name`: a shape beyond all memory, fewer or more bytes than the shape asks for, a
/// 64-bit integer beyond 2^53 (with its index).
Array read_values(ByteSource& source, StoredType type, std::vector<std::size_t> shape, AxisOrder order,
                  const std::string& name);

/// "(10000, 28, 28)"
std::string shape_text(const std::vector<std::size_t>& shape);

}  // namespace fathom
