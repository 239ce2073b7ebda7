#include "read/matlab_file.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    fathom::visit_matlab_arrays(fathom::input(data, size), "fuzz.mat",
                                [](const fathom::MatlabArray& array, fathom::ByteSource& source) {
                                  FATHOM_CHECK(array.bytes <= source.at_most());
                                  std::vector<std::byte> values(array.bytes);
                                  source.read(values);
                                  fathom::touch(values);
                                });
  } catch (const fathom::InputError&) {
  }
  return 0;
}
