#include "fathom/read/image_file.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    // Small limits: decoding what a header honestly claims is slow and finds nothing new.
    const fathom::Image image = fathom::decode_image(fathom::input(data, size), {512, 1 << 16});
    FATHOM_CHECK(image.size() > 0 && image.channels() != 2);
    fathom::touch(image.bytes());
  } catch (const fathom::ImageError&) {
  }
  return 0;
}
