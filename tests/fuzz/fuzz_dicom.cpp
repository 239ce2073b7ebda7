#include <array>

#include "fathom/read/dicom.h"
#include "read_everything.h"

/// The first byte chooses the view, the rest is the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<fathom::View, 5> views = {fathom::View::stored, fathom::View::window,
                                                 fathom::View::ct_brain, fathom::View::percentile,
                                                 fathom::View::published};
  if (size < 1) return 0;
  try {
    // Small limits: decoding what a header honestly claims is slow and finds nothing new.
    const fathom::Image image = fathom::decode_dicom(fathom::input(data + 1, size - 1), data[0] / 128u,
                                                     views[data[0] % views.size()], {512, 1 << 16});
    FATHOM_CHECK(image.size() > 0 && image.channels() != 2);
    fathom::touch(image.bytes());
  } catch (const fathom::ImageError&) {
  }
  return 0;
}
