// How far an attack may go, in the units in which pixels are stored.
#pragma once

#include "fathom/prepare/protocol.h"

namespace fathom {

struct AttackBounds {
  double epsilon;    ///< largest change of a pixel
  PixelRange range;  ///< which no pixel leaves
};

/// Grey levels of 0..255 in units of `range`.
inline double in_stored_units(double grey_levels, const PixelRange& range) {
  return grey_levels * (range.high - range.low) / 255.0;
}

}  // namespace fathom
