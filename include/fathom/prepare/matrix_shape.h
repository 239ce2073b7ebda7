// What a matrix will take, before it takes it.
#pragma once

#include <cstddef>

#include "fathom/read/image.h"

namespace fathom {

struct MatrixShape {
  std::size_t rows = 0, cols = 0;
  PixelType type = PixelType::uint8;  ///< of the values: uint8, float32 or float64
  /// 8-bit rows that become float32 ones of the same length when all are there.
  bool enlarged = false;
  /// Bytes of the rows so far, in another form, which are there until the new ones hold them.
  std::size_t replaced_bytes = 0;

  std::size_t bytes() const { return rows * cols * pixel_bytes(type); }
};

}  // namespace fathom
