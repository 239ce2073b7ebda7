// The pickle by itself: in an archive, every change of it would end at the checksum.
#include <string>

#include "read/pickle.h"
#include "read/pickled_tensors.h"
#include "read_everything.h"

namespace {

constexpr std::size_t kMostBytes = 1 << 16;

std::span<const std::byte> zeros(const fathom::PickledStorage& storage) {
  static const std::vector<std::byte> bytes(kMostBytes);
  const std::size_t most = kMostBytes / fathom::tensor_type_bytes(storage.type);
  if (static_cast<std::size_t>(storage.values) > most) {
    throw fathom::InputError("fuzz", "has a longer storage than there is", "");
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name = "fuzz";
  try {
    const fathom::Pickle pickle = fathom::read_pickle(fathom::input(data, size), name);
    fathom::TensorContents contents;
    fathom::take_tensors(pickle, zeros, name, contents);
    for (const fathom::StoredTensor& tensor : contents.tensors) fathom::touch(tensor.bytes);
  } catch (const fathom::InputError&) {
  }
  return 0;
}
