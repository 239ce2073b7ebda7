#include "fathom/read/npy.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/mapped_file.h"
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

struct FoundHeader {
  NpyHeader header;
  std::size_t bytes;  ///< of the file before the values
};

FoundHeader read_header(ByteSource& source, const std::string& name) {
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
  return {parse_npy_header(text, name), start.size() + (version == 1 ? 2 : 4) + text.size()};
}

/// The values where they are in the file; nothing where they have to be changed, or are not all there.
std::optional<Array> map_values(const FoundHeader& found, const std::filesystem::path& path) {
  const NpyHeader& header = found.header;
  const PixelType type = widened_type(header.type);
  const bool in_order = header.order == AxisOrder::last_fastest || header.shape.size() <= 1;
  if (!in_order || !kept_as_stored(header.type) || found.bytes % pixel_bytes(type) != 0) return std::nullopt;
  const std::shared_ptr<const MappedFile> file = MappedFile::read(path);
  std::size_t values = (file->bytes().size() - found.bytes) / pixel_bytes(type);
  if (values * pixel_bytes(type) != file->bytes().size() - found.bytes) return std::nullopt;
  Array array{header.shape, type, values_at<std::byte>(file, found.bytes), true};
  // Divided and not multiplied: a shape can claim more than a number holds.
  for (const std::size_t axis : header.shape) {
    if (axis == 0 || values % axis != 0) return std::nullopt;
    values /= axis;
  }
  return values == 1 ? std::optional(std::move(array)) : std::nullopt;
}

}  // namespace

Array read_npy_stream(ByteSource& source, const std::string& name) {
  NpyHeader header = read_header(source, name).header;
  return read_values(source, header.type, std::move(header.shape), header.order, name);
}

Array read_npy(const std::filesystem::path& path) {
  const std::unique_ptr<ByteSource> source = open_bytes(path);
  FoundHeader found = read_header(*source, path.string());
  if (std::optional<Array> mapped = map_values(found, path)) return *std::move(mapped);
  return read_values(*source, found.header.type, std::move(found.header.shape), found.header.order,
                     path.string());
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
