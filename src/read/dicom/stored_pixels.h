// The pixels of one frame as they are stored, decompressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fathom/read/image_file.h"

namespace fathom {

class DicomObject;

/// A DICOM file that was never meant to hold an image: a report, a plan, a directory.
class NoImage : public ImageError {
 public:
  NoImage() : ImageError("is DICOM without an image: its header tells of no pixels") {}
};

/// Image Pixel Module (PS3.3 C.7.6.3), checked.
struct PixelFormat {
  std::size_t rows = 0, columns = 0, frames = 1;
  std::size_t samples = 1;      ///< a pixel: 1 or 3
  unsigned bits_allocated = 0;  ///< 8 or 16
  unsigned bits_stored = 0;     ///< 1 to bits_allocated
  unsigned high_bit = 0;        ///< bits_stored - 1 to bits_allocated - 1
  bool is_signed = false;       ///< two's complement
  bool planes = false;          ///< samples of a frame lie one after the other
  std::string photometric;      ///< "MONOCHROME2", "RGB", ...
  std::size_t pixels() const { return rows * columns; }
};

/// Throws NoImage, and ImageError: attributes that are missing or contradict each other, forms that are
/// not read, over the limits.
PixelFormat pixel_format(const DicomObject& object, const ImageLimits& limits);

/// Values of a frame, bits that are not stored taken away and signs extended; samples of a pixel beside each
/// other. PixelFormat::photometric is as the decoder left it.
struct StoredFrame {
  PixelFormat format;
  std::vector<std::int32_t> values;  ///< rows x columns x samples
};

/// Throws ImageError: no pixel data, cut short, damaged, no decoder, fewer frames than the header tells of.
StoredFrame stored_frame(const DicomObject& object, PixelFormat format, std::size_t frame);

}  // namespace fathom
