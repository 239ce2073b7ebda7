// Colours as stored -> RGB.
#pragma once

#include "fathom/read/image.h"
#include "read/dicom/stored_pixels.h"

namespace fathom {

class DicomObject;

/// RGB, YBR_FULL and PALETTE COLOR; 8 bits, or 16 where there are more. YBR_FULL by PS3.3 C.7.6.3.1.2,
/// rounded to the nearest and clipped. A palette's values outside its table take the nearest entry
/// (C.7.6.3.1.5). Throws ImageError: a palette that is missing, damaged or short.
Image colour_image(const DicomObject& object, const StoredFrame& stored);

}  // namespace fathom
