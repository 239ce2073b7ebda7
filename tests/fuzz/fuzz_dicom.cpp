#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

#include "fathom/read/dicom.h"
#include "read_everything.h"

/// The first byte chooses view and frame, the rest is the file: a real one, since large values are left in
/// their file until they are asked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<fathom::View, 5> views = {fathom::View::stored, fathom::View::window,
                                                 fathom::View::ct_brain, fathom::View::percentile,
                                                 fathom::View::published};
  static const int file = memfd_create("fuzz.dcm", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (size < 1) return 0;
  FATHOM_CHECK(ftruncate(file, 0) == 0);
  FATHOM_CHECK(pwrite(file, data + 1, size - 1, 0) == static_cast<ssize_t>(size - 1));
  try {
    // Small limits: decoding what a header honestly claims is slow and finds nothing new.
    const fathom::Image image =
        fathom::read_dicom(path, data[0] / 128u, views[data[0] % views.size()], {512, 1 << 16});
    FATHOM_CHECK(image.size() > 0 && image.channels() != 2);
    fathom::touch(image.bytes());
  } catch (const fathom::ImageError&) {
  }
  try {
    fathom::DicomFile::read_header(path);
  } catch (const fathom::ImageError&) {
  }
  return 0;
}
