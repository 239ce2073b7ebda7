#include "read/read_values.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

static_assert(std::endian::native == std::endian::little);

namespace {

using Kind = StoredType::Kind;

constexpr const char* write_again = "write or download the file again";

/// IEEE 754 binary16 has no C++20 type.
struct Half {
  std::uint16_t bits;
};

float widen_half(Half half) {
  const int exponent = (half.bits >> 10) & 0x1f;
  const int fraction = half.bits & 0x3ff;
  const float sign = (half.bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 0x1f) return sign * (fraction == 0 ? INFINITY : NAN);
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
}

std::uint8_t reversed(std::uint8_t bits) {
  return bits;
}
std::uint16_t reversed(std::uint16_t bits) {
  return __builtin_bswap16(bits);
}
std::uint32_t reversed(std::uint32_t bits) {
  return __builtin_bswap32(bits);
}
std::uint64_t reversed(std::uint64_t bits) {
  return __builtin_bswap64(bits);
}

template <std::size_t size>
using Bits =
    std::conditional_t<size == 1, std::uint8_t,
                       std::conditional_t<size == 2, std::uint16_t,
                                          std::conditional_t<size == 4, std::uint32_t, std::uint64_t>>>;

template <class Stored>
Stored load(const std::byte* from, bool swapped) {
  Bits<sizeof(Stored)> bits;
  std::memcpy(&bits, from, sizeof(bits));
  return std::bit_cast<Stored>(swapped ? reversed(bits) : bits);
}

/// False for an integer that a double cannot hold.
template <class Stored>
bool exact_in_double(Stored value) {
  constexpr std::int64_t limit = std::int64_t{1} << 53;
  if constexpr (std::is_same_v<Stored, std::int64_t>) return value >= -limit && value <= limit;
  if constexpr (std::is_same_v<Stored, std::uint64_t>) return value <= std::uint64_t{1} << 53;
  return true;
}

/// A run of stored values, next to each other, and where their widened form goes.
struct Run {
  const std::byte* from;
  std::byte* to;
  std::size_t to_stride;  ///< values from one to the next
  std::size_t count;
  std::size_t first;       ///< index of the first, in the order of the array
  std::size_t first_step;  ///< from one index to the next
};

template <class Stored, class Widened>
void widen(const Run& run, bool swapped, const std::string& name) {
  auto* to = reinterpret_cast<Widened*>(run.to);
  for (std::size_t i = 0; i < run.count; ++i) {
    const auto value = load<Stored>(run.from + i * sizeof(Stored), swapped);
    if constexpr (std::is_same_v<Stored, Half>) {
      to[i * run.to_stride] = widen_half(value);
    } else {
      if (!exact_in_double(value)) {
        throw InputError(name,
                         "value " + std::to_string(run.first + i * run.first_step) +
                             " (counted in C order) is " + std::to_string(value) +
                             ", beyond 2^53, which a double cannot hold exactly",
                         "scale the values down or save them as float64");
      }
      to[i * run.to_stride] = static_cast<Widened>(value);
    }
  }
}

using Widen = void (*)(const Run&, bool, const std::string&);

struct Widening {
  PixelType type;
  Widen widen;
};

Widening widening(StoredType stored) {
  using enum PixelType;
  switch (stored.kind) {
    case Kind::unsigned_integer:
      if (stored.bytes == 1) return {uint8, widen<std::uint8_t, std::uint8_t>};
      if (stored.bytes == 2) return {uint16, widen<std::uint16_t, std::uint16_t>};
      if (stored.bytes == 4) return {float64, widen<std::uint32_t, double>};
      return {float64, widen<std::uint64_t, double>};
    case Kind::signed_integer:
      if (stored.bytes == 1) return {float32, widen<std::int8_t, float>};
      if (stored.bytes == 2) return {float32, widen<std::int16_t, float>};
      if (stored.bytes == 4) return {float64, widen<std::int32_t, double>};
      return {float64, widen<std::int64_t, double>};
    case Kind::real:
      if (stored.bytes == 2) return {float32, widen<Half, float>};
      if (stored.bytes == 4) return {float32, widen<float, float>};
      return {float64, widen<double, double>};
  }
  throw InternalError("unknown stored type");
}

/// Number of values; the bytes of 8 times as many still fit a size_t.
std::size_t count_values(const std::vector<std::size_t>& shape, const std::string& name) {
  constexpr std::size_t most = SIZE_MAX / 16;
  std::size_t count = 1;
  bool empty = false;
  for (const std::size_t axis : shape) {
    empty |= axis == 0;
    if (axis != 0 && count > most / axis) {
      throw InputError(name, "the shape " + shape_text(shape) + " is beyond any memory", write_again);
    }
    count *= std::max<std::size_t>(axis, 1);
  }
  return empty ? 0 : count;
}

std::shared_ptr<std::byte[]> allocate(std::size_t bytes, const std::string& name) {
  try {
    // Of doubles, so that every pixel type is aligned.
    auto storage = std::make_shared_for_overwrite<double[]>(bytes / sizeof(double) + 1);
    return {storage, reinterpret_cast<std::byte*>(storage.get())};
  } catch (const std::bad_alloc&) {
    throw InputError(name,
                     "the values need " + std::to_string(bytes) + " bytes of memory, more than there is",
                     "use a machine with more memory or fewer images");
  }
}

/// Reports how much the source held instead; `read` bytes of it have been taken.
[[noreturn]] void refuse_length(ByteSource& source, std::size_t read, const std::vector<std::size_t>& shape,
                                std::size_t claimed, const std::string& name) {
  // Counted for the message, but a compressed file may hold more than anyone wants to wait for.
  constexpr std::size_t patience = std::size_t{1} << 26;
  std::vector<std::byte> block(std::size_t{1} << 16);
  const std::uint64_t bound = read + source.at_most();
  std::size_t got = block.size(), held = read;
  while (got == block.size() && held - read < patience) {
    got = source.read(block);
    held += got;
  }
  std::string followed = std::to_string(held);
  if (got == block.size())
    followed = claimed > bound ? "at most " + std::to_string(bound) : "at least " + followed;
  throw InputError(name,
                   "the shape " + shape_text(shape) + " in its header takes " + std::to_string(claimed) +
                       " bytes, but " + followed + " follow",
                   write_again);
}

/// Reads the stored bytes [begin, begin + out.size()) of the array.
void read_all(ByteSource& source, std::span<std::byte> out, std::size_t begin,
              const std::vector<std::size_t>& shape, std::size_t claimed, const std::string& name) {
  const std::size_t got = source.read(out);
  if (got < out.size()) refuse_length(source, begin + got, shape, claimed, name);
}

void refuse_rest(ByteSource& source, const std::vector<std::size_t>& shape, std::size_t claimed,
                 const std::string& name) {
  std::byte extra = {};
  if (source.read({&extra, 1}) > 0) refuse_length(source, claimed + 1, shape, claimed, name);
}

void widen_in_order(ByteSource& source, StoredType stored, const Array& array, std::byte* values,
                    std::size_t count, const std::string& name) {
  const Widening to = widening(stored);
  const std::size_t claimed = count * stored.bytes;
  constexpr std::size_t block = std::size_t{1} << 16;
  std::vector<std::byte> raw(std::min(count, block) * stored.bytes);
  for (std::size_t first = 0; first < count; first += block) {
    const std::size_t here = std::min(block, count - first);
    read_all(source, std::span(raw).first(here * stored.bytes), first * stored.bytes, array.shape, claimed,
             name);
    to.widen({raw.data(), values + first * pixel_bytes(to.type), 1, here, first, 1}, stored.big_endian, name);
  }
}

/// Calls visit(position in C order, position in Fortran order) for every value of one first-axis slice.
template <class Visit>
void for_each_of_slice(const std::vector<std::size_t>& shape, std::size_t slice_size, Visit visit) {
  std::vector<std::size_t> index(shape.size(), 0);
  std::vector<std::size_t> stride(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) stride[axis] = stride[axis - 1] * shape[axis - 1];
  std::size_t stored = 0;
  for (std::size_t position = 0; position < slice_size; ++position) {
    visit(position, stored);
    for (std::size_t axis = shape.size() - 1; axis > 0; --axis) {
      stored += stride[axis];
      if (++index[axis] < shape[axis]) break;
      stored -= index[axis] * stride[axis];
      index[axis] = 0;
    }
  }
}

void widen_transposed(StoredType stored, const Array& array, const std::byte* raw, std::byte* values,
                      std::size_t count, const std::string& name) {
  const Widening to = widening(stored);
  const std::size_t slices = array.shape[0];
  const std::size_t slice_size = count / slices;
  // A cache line of stored values at a time: it is loaded once, however far apart its values go.
  const std::size_t block = 64;
  for (std::size_t first = 0; first < slices; first += block) {
    const std::size_t here = std::min(block, slices - first);
    for_each_of_slice(array.shape, slice_size, [&](std::size_t position, std::size_t stored_position) {
      const std::size_t target = first * slice_size + position;
      to.widen({raw + (stored_position + first) * stored.bytes, values + target * pixel_bytes(to.type),
                slice_size, here, target, slice_size},
               stored.big_endian, name);
    });
  }
}

}  // namespace

bool kept_as_stored(StoredType type) {
  return (type.bytes == 1 || !type.big_endian) && ((type.kind == Kind::unsigned_integer && type.bytes <= 2) ||
                                                   (type.kind == Kind::real && type.bytes >= 4));
}

PixelType widened_type(StoredType type) {
  return widening(type).type;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

Array read_values(ByteSource& source, StoredType stored, std::vector<std::size_t> shape, AxisOrder order,
                  const std::string& name) {
  const std::size_t count = count_values(shape, name);
  const std::size_t claimed = count * stored.bytes;
  if (claimed > source.at_most()) refuse_length(source, 0, shape, claimed, name);
  Array array{std::move(shape), widening(stored).type, nullptr};
  const std::size_t bytes = count * pixel_bytes(array.type);
  const std::shared_ptr<std::byte[]> values = allocate(bytes, name);
  if (order == AxisOrder::first_fastest && array.shape.size() > 1 && count > 0) {
    const std::shared_ptr<std::byte[]> raw = allocate(claimed, name);
    read_all(source, {raw.get(), claimed}, 0, array.shape, claimed, name);
    widen_transposed(stored, array, raw.get(), values.get(), count, name);
  } else if (kept_as_stored(stored)) {
    read_all(source, {values.get(), claimed}, 0, array.shape, claimed, name);
  } else {
    widen_in_order(source, stored, array, values.get(), count, name);
  }
  refuse_rest(source, array.shape, claimed, name);
  array.values = values;
  return array;
}

}  // namespace fathom
