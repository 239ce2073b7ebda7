#include "read/matlab_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "fathom/core/error.h"
#include "read/copy_again.h"

namespace fathom {

namespace {

constexpr std::size_t header_bytes = 128;
constexpr std::uint32_t type_matrix = 14, type_compressed = 15;

InputError cut_short(const std::string& name) {
  return {name, "ends too early", copy_again};
}
InputError damaged(const std::string& name) {
  return {name, "holds an array that is damaged", copy_again};
}

std::optional<StoredType> stored_type(std::uint32_t type) {
  using Kind = StoredType::Kind;
  switch (type) {
    case 1:
      return StoredType{Kind::signed_integer, 1, false};
    case 2:
      return StoredType{Kind::unsigned_integer, 1, false};
    case 3:
      return StoredType{Kind::signed_integer, 2, false};
    case 4:
      return StoredType{Kind::unsigned_integer, 2, false};
    case 5:
      return StoredType{Kind::signed_integer, 4, false};
    case 6:
      return StoredType{Kind::unsigned_integer, 4, false};
    case 7:
      return StoredType{Kind::real, 4, false};
    case 9:
      return StoredType{Kind::real, 8, false};
    case 12:
      return StoredType{Kind::signed_integer, 8, false};
    case 13:
      return StoredType{Kind::unsigned_integer, 8, false};
    default:
      return std::nullopt;
  }
}

struct Tag {
  std::uint32_t type, bytes;
  std::array<std::byte, 4> within = {};  ///< the value itself, where it is small
  bool small = false;
};

Tag tag_of(std::span<const std::byte, 8> bytes) {
  Tag tag;
  std::memcpy(&tag.type, bytes.data(), 4);
  std::memcpy(&tag.bytes, bytes.data() + 4, 4);
  // Up to four bytes are kept within the tag, whose upper half then has their number.
  if (tag.type >> 16 != 0) {
    tag.small = true;
    std::memcpy(tag.within.data(), bytes.data() + 4, 4);
    tag.bytes = tag.type >> 16;
    tag.type &= 0xffff;
  }
  return tag;
}

/// The elements of one array, one after the other.
class Elements {
 public:
  Elements(ByteSource& source, const std::string& name) : source_(source), name_(name) {}

  Tag next() {
    std::array<std::byte, 8> bytes;
    read(bytes);
    const Tag tag = tag_of(bytes);
    if (tag.small && tag.bytes > 4) throw damaged(name_);
    return tag;
  }

  /// The value of an element that is no longer than a name or a shape may be.
  std::vector<std::byte> short_value(const Tag& tag) {
    constexpr std::size_t most = 4096;
    if (tag.bytes > most) throw damaged(name_);
    std::vector<std::byte> value(tag.bytes);
    if (tag.small) {
      std::copy_n(tag.within.begin(), tag.bytes, value.begin());
      return value;
    }
    read(value);
    std::array<std::byte, 8> padding;
    read(std::span(padding).first((8 - tag.bytes % 8) % 8));
    return value;
  }

 private:
  void read(std::span<std::byte> out) {
    if (source_.read(out) < out.size()) throw cut_short(name_);
  }

  ByteSource& source_;
  const std::string& name_;
};

std::vector<std::size_t> shape_of(std::span<const std::byte> value, const std::string& name) {
  if (value.size() % 4 != 0 || value.size() < 8) throw damaged(name);
  std::vector<std::size_t> shape;
  for (std::size_t at = 0; at < value.size(); at += 4) {
    std::int32_t length = 0;
    std::memcpy(&length, value.data() + at, 4);
    if (length < 0) throw damaged(name);
    shape.push_back(static_cast<std::size_t>(length));
  }
  return shape;
}

void visit_matrix(ByteSource& source, const std::string& name,
                  const std::function<void(const MatlabArray&, ByteSource&)>& visit) {
  Elements elements(source, name);
  const std::vector<std::byte> flags = elements.short_value(elements.next());
  if (flags.size() != 8) throw damaged(name);
  const auto kind = std::to_integer<unsigned>(flags[0]);
  const bool complex = (std::to_integer<unsigned>(flags[1]) & 0x08) != 0;
  constexpr unsigned first_numeric = 6, last_numeric = 15;  // mxDOUBLE_CLASS to mxUINT64_CLASS
  if (complex || kind < first_numeric || kind > last_numeric) return;
  MatlabArray array;
  array.shape = shape_of(elements.short_value(elements.next()), name);
  const std::vector<std::byte> text = elements.short_value(elements.next());
  array.name.assign(reinterpret_cast<const char*>(text.data()), text.size());
  const Tag values = elements.next();
  const std::optional<StoredType> stored = stored_type(values.type);
  if (!stored) throw damaged(name);
  array.stored = *stored;
  array.bytes = values.bytes;
  if (values.small) {
    visit(array, *open_bytes(std::span(values.within).first(values.bytes)));
  } else {
    if (values.bytes > source.at_most()) throw cut_short(name);
    visit(array, source);
  }
}

/// Where compression keeps the check of what it has unpacked.
void read_to_end(ByteSource& source) {
  std::vector<std::byte> block(std::size_t{1} << 16);
  while (source.read(block) > 0) {
  }
}

void check_header(std::span<const std::byte> file, const std::string& name) {
  if (!begins_as_matlab(*open_bytes(file)) || file.size() < header_bytes) {
    throw InputError(name, "is no MATLAB file", "give a .mat file");
  }
  const std::string_view version(reinterpret_cast<const char*>(file.data()) + 124, 4);
  if (version.substr(2) == "MI") {
    throw InputError(name, "has its bytes in an order that is no longer used",
                     "save it again with MATLAB or SciPy");
  }
  if (version != std::string_view("\0\1IM", 4)) {
    throw InputError(name, "is a MATLAB file of level 7.3 (HDF5), or of no known level",
                     "save it with save(..., '-v7') or scipy.io.savemat");
  }
}

}  // namespace

bool begins_as_matlab(ByteSource& source) {
  constexpr std::string_view start = "MATLAB ";
  std::array<std::byte, start.size()> bytes;
  return source.read(bytes) == bytes.size() && std::memcmp(bytes.data(), start.data(), start.size()) == 0;
}

void visit_matlab_arrays(std::span<const std::byte> file, const std::string& name,
                         const std::function<void(const MatlabArray&, ByteSource& values)>& visit) {
  check_header(file, name);
  for (std::span<const std::byte> rest = file.subspan(header_bytes); !rest.empty();) {
    if (rest.size() < 8) throw cut_short(name);
    const Tag tag = tag_of(rest.first<8>());
    rest = rest.subspan(8);
    if (tag.bytes > rest.size()) throw cut_short(name);
    const std::span<const std::byte> value = rest.first(tag.bytes);
    const std::size_t padding = tag.type == type_compressed ? 0 : (8 - tag.bytes % 8) % 8;
    rest = rest.subspan(std::min(tag.bytes + padding, rest.size()));
    if (tag.type == type_matrix) {
      visit_matrix(*open_bytes(value), name, visit);
    } else if (tag.type == type_compressed) {
      const std::unique_ptr<ByteSource> unpacked = open_zlib(value, name);
      if (Elements(*unpacked, name).next().type == type_matrix) visit_matrix(*unpacked, name, visit);
      read_to_end(*unpacked);
    }
  }
}

}  // namespace fathom
