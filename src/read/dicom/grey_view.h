// Grey values as stored -> grey levels, by a View.
#pragma once

#include <cstddef>

#include "fathom/read/image.h"
#include "fathom/read/view.h"
#include "read/dicom/stored_pixels.h"

namespace fathom {

/// MONOCHROME1 and MONOCHROME2. Windows and VOI LUTs (voi.h) are applied to the values behind the Modality
/// LUT or Rescale Slope and Intercept (modality.h).
///
/// | view | centre and width, in Hounsfield units | function |
/// | --- | --- | --- |
/// | ct_brain | 40, 80 | linear_exact |
/// | ct_subdural | 80, 200 | linear_exact |
/// | ct_bone | 600, 2800 | linear_exact |
///
/// percentile: numpy.percentile (linear) of the frame, behind its Modality LUT where it has one. published:
/// trunc(255 v / max v) modulo 256, which is what NumPy makes of it on x86-64; 255 minus that for
/// MONOCHROME1; black where all values are 0.
///
/// Throws ImageError where the file does not allow the view.
Image grey_image(const DicomObject& object, const StoredFrame& stored, std::size_t frame, View view);

}  // namespace fathom
