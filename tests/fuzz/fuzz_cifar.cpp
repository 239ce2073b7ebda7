#include "fathom/read/cifar.h"
#include "read_everything.h"

namespace {

void read_as(std::span<const std::byte> bytes, fathom::CifarKind kind,
             const std::vector<fathom::KnownLabels>& known) {
  try {
    fathom::CifarBatch batch = fathom::parse_cifar(bytes, "fuzz.bin", kind);
    std::vector<fathom::ArrayPart> parts;
    parts.push_back(
        {fathom::Split::none, "fuzz.bin", std::move(batch.images), std::move(batch.labels), "fuzz.bin"});
    fathom::read_everything(fathom::array_data_set(std::move(parts), {}, known));
  } catch (const fathom::InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fathom::input(data, size);
  read_as(bytes, fathom::CifarKind::cifar10, {{"label", 10, {}}});
  read_as(bytes, fathom::CifarKind::cifar100, {{"fine", 100, {}}, {"coarse", 20, {}}});
  return 0;
}
