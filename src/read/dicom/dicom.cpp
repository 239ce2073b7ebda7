#include "fathom/read/dicom.h"

#include <array>
#include <new>
#include <utility>

#include "read/byte_source.h"
#include "read/dicom/colour.h"
#include "read/dicom/grey_view.h"
#include "read/dicom/object.h"
#include "read/dicom/stored_pixels.h"
#include "read/lower_case.h"

namespace fathom {

namespace {

Image image_of(const DicomObject& object, std::size_t frame, View view, const ImageLimits& limits) {
  const StoredFrame stored = stored_frame(object, pixel_format(object, limits), frame);
  const bool grey = stored.format.photometric.starts_with("MONOCHROME");
  return grey ? grey_image(object, stored, frame, view)
              : collapse_equal_channels(colour_image(object, stored));
}

}  // namespace

bool is_dicom_file(const std::filesystem::path& path) {
  constexpr std::string_view mark = "DICM";
  std::array<char, 132> start{};
  const std::size_t got = open_bytes(path)->read(std::as_writable_bytes(std::span(start)));
  if (got == start.size() && std::string_view(start.data() + 128, 4) == mark) return true;
  const std::string suffix = lower_case(path.extension().string());
  return suffix == ".dcm" || suffix == ".dicom";
}

Image read_dicom(const std::filesystem::path& path, std::size_t frame, View view, const ImageLimits& limits) {
  try {
    open_bytes(path);  // says why a file cannot be opened, which DCMTK does not
  } catch (const InputError& error) {
    throw ImageError(error.reason());
  }
  try {
    return image_of(DicomObject::load(path, DicomObject::Extent::all), frame, view, limits);
  } catch (const std::bad_alloc&) {
    throw ImageError("needs more memory than there is");
  }
}

}  // namespace fathom
