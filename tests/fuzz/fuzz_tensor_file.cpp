#include "fathom/read/tensor_file.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fathom::TensorFile file = fathom::TensorFile::parse(fathom::input(data, size), "fuzz");
    for (const fathom::StoredTensor& tensor : file.tensors()) {
      fathom::touch(tensor.bytes);
      FATHOM_CHECK(file.find(tensor.name) == &tensor);
    }
  } catch (const fathom::InputError&) {
  }
  return 0;
}
