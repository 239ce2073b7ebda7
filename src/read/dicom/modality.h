// Stored values -> values with a meaning: the Modality LUT module (PS3.3 C.11.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "read/dicom/lookup_table.h"
#include "read/dicom/stored_pixels.h"

namespace fathom {

struct Modality {
  double slope = 1.0, intercept = 0.0;  ///< of no meaning beside a table
  std::optional<LookupTable> table;
  bool given = false;
  std::string units;  ///< "HU"; empty where it is not said

  double operator()(std::int32_t stored) const {
    return table ? (*table)(stored) : slope * stored + intercept;
  }
};

/// The table (Modality LUT Sequence), else Rescale Slope and Intercept, those of the frame in a file with
/// functional groups. Throws ImageError: a slope of 0, a faulty table.
Modality modality_of(const DicomObject& object, const PixelFormat& format, std::size_t frame);

}  // namespace fathom
