#include "fathom/read/npy.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "fathom/core/error.h"
#include "read/byte_source.h"
#include "read/npy_header.h"
#include "read/npy_stream.h"
#include "read/one_data_set.h"

namespace fathom {

namespace {

constexpr std::array<unsigned char, 6> magic = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/// Headers of plain numbers have about 100 bytes; only records with many fields have more.
constexpr std::size_t most_header_bytes = 65'535;

/// Next bytes of the part before the values.
void take(ByteSource& source, std::span<std::byte> out, const std::string& name) {
  if (source.read(out) == out.size()) return;
  throw InputError(name, "ends within its .npy header", "copy or download the file again");
}

std::size_t header_length(ByteSource& source, int version, const std::string& name) {
  std::array<std::byte, 4> bytes = {};
  take(source, std::span(bytes).first(version == 1 ? 2 : 4), name);
  std::size_t length = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) length = length << 8 | std::to_integer<std::size_t>(bytes[i]);
  if (length <= most_header_bytes) return length;
  throw InputError(name, "claims a .npy header of " + std::to_string(length) + " bytes",
                   "write the file again with numpy.save");
}

bool begins_as_npy(std::span<const std::byte> bytes) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

Array read_npy_stream(ByteSource& source, const std::string& name) {
  std::array<std::byte, 8> start = {};
  const std::size_t got = source.read(start);
  if (!begins_as_npy(std::span(start).first(got))) {
    throw InputError(name, "is not a .npy file", "give a file written by numpy.save");
  }
  if (got < start.size()) {
    throw InputError(name, "ends within its .npy header", "copy or download the file again");
  }
  const int version = std::to_integer<int>(start[6]);
  if (version < 1 || version > 3 || start[7] != std::byte{0}) {
    throw InputError(name,
                     "has the unknown .npy version " + std::to_string(version) + "." +
                         std::to_string(std::to_integer<int>(start[7])),
                     "write the file again with numpy.save");
  }
  std::string text(header_length(source, version, name), ' ');
  take(source, std::as_writable_bytes(std::span(text)), name);
  NpyHeader header = parse_npy_header(text, name);
  return read_values(source, header.type, std::move(header.shape), header.order, name);
}

Array read_npy(const std::filesystem::path& path) {
  return read_npy_stream(*open_bytes(path), path.string());
}

Array parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  return read_npy_stream(*open_bytes(bytes), name);
}

bool is_npy_file(const std::filesystem::path& path) {
  try {
    std::array<std::byte, magic.size()> start = {};
    return open_bytes(path)->read(start) == start.size() && begins_as_npy(start);
  } catch (const InputError&) {
    return false;
  }
}

DataSet open_npy(const std::filesystem::path& path, const ReadOptions& options) {
  ArrayPart part{Split::none, path.string(), read_npy(path), read_given_labels(options),
                 given_labels_name(options)};
  return named(array_data_set({std::move(part)}, options), path, "npy");
}

}  // namespace fathom
