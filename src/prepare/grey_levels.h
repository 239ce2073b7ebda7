// Channels and scaling: a decoded image -> the values a protocol compares, at the size of the file.
#pragma once

#include <optional>
#include <string>

#include "fathom/prepare/protocol.h"
#include "fathom/read/image.h"

namespace fathom {

struct GreyLevels {
  Image image;
  bool alpha_dropped = false;
  bool black = false;
  float contrast = 0.0f;  ///< see PreparedData::contrast
  /// Value of a white pixel: 255 or 65535, or Image::full_scale; nothing for floats.
  std::optional<double> full_scale;
};

/// Scaling by the maximum is an integer division: floor(255 v / maximum), 8 bits. Luminance under it is exact
/// too: floor(255 Y / max Y) with Y = 2125 R + 7154 G + 721 B. With Protocol::published_code both are done in
/// float64 as scikit-image and NumPy do them over OpenBLAS, which fuses multiplications and additions
/// (another BLAS rounds otherwise, and so loses other levels). Without scaling luminance is Y / 10000 in
/// float32, and so are then all grey images.
///
/// `grey`: colour becomes luminance. Throws ImageError for NaN and infinite values; InputError naming the
/// image when a scaling by the maximum meets negative values, which is a wrong protocol rather than a wrong
/// image.
GreyLevels grey_levels(Image image, const std::string& name, const Protocol& protocol, bool grey);

}  // namespace fathom
