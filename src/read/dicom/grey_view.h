// Grey values as stored -> grey levels, by a View.
#pragma once

#include <cstddef>

#include "fathom/read/image.h"
#include "fathom/read/view.h"
#include "read/dicom/stored_pixels.h"

namespace fathom {

/// MONOCHROME1 and MONOCHROME2. Windows are those of PS3.3 C.11.2 (first of several), applied to the values
/// after Rescale Slope and Rescale Intercept; in a file with functional groups, to those of the frame.
///
/// | view | centre and width, in Hounsfield units | function |
/// | --- | --- | --- |
/// | ct_brain | 40, 80 | linear_exact |
/// | ct_subdural | 80, 200 | linear_exact |
/// | ct_bone | 600, 2800 | linear_exact |
///
/// percentile: numpy.percentile (linear) of the frame. published: trunc(255 v / max v) modulo 256, which is
/// what NumPy makes of it on x86-64; 255 minus that for MONOCHROME1; black where all values are 0.
///
/// Throws ImageError where the file does not allow the view.
Image grey_image(const DicomObject& object, const StoredFrame& stored, std::size_t frame, View view);

}  // namespace fathom
