// DCMTK, made ready.
#pragma once

#include <cstddef>

namespace fathom {

/// Silences DCMTK's log, which may name patients, and registers its decoders, once. Throws InputError where
/// its data dictionary cannot be found.
void prepare_dcmtk();

/// How often, in this thread, a JPEG decoder has gone on behind damaged or missing data with pixels that it
/// invented: DCMTK only logs this.
std::size_t invented_pixels();

}  // namespace fathom
