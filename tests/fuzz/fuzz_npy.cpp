#include "fathom/read/npy.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    fathom::read_everything(fathom::parse_npy(fathom::input(data, size), "fuzz.npy"));
  } catch (const fathom::InputError&) {
  }
  return 0;
}
