// Values with a meaning -> grey levels as the file wants them shown: the VOI LUT module (PS3.3 C.11.2).
#pragma once

#include <cstddef>
#include <functional>

#include "read/dicom/modality.h"
#include "read/dicom/object.h"

namespace fathom {

/// The largest grey level.
inline constexpr double kWhite = 65535.0;

/// From 0 at `low` to kWhite a `span` above it. Without a span a step behind `low`.
double ramp(double value, double low, double span);

struct Window {
  enum class Function { linear, linear_exact, sigmoid };
  double centre, width;
  Function function = Function::linear;

  /// 0 to kWhite.
  double operator()(double value) const;
};

/// What the file itself asks for, 0 to kWhite of a value that `modality` gives: its window, the first of
/// several, or, where it has none, its VOI LUT, likewise. Of a file with functional groups that of the frame.
///
/// Throws ImageError: neither, a window too small, a faulty table.
std::function<double(double)> voi_of(const DicomObject& object, const PixelFormat& format,
                                     const Modality& modality, std::size_t frame);

}  // namespace fathom
