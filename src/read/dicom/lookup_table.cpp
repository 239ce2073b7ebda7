#include "read/dicom/lookup_table.h"

#include <algorithm>
#include <span>

#include "fathom/read/image_file.h"
#include "read/dicom/segmented_table.h"

namespace fathom {

namespace {

/// What a descriptor says besides the bits of its entries.
struct Descriptor {
  std::size_t count = 0;
  std::int32_t first = 0;
  unsigned bits = 0;
};

Descriptor descriptor_of(DcmElement& element, const std::string& name, bool is_signed) {
  const auto word = [&](unsigned long index) -> std::uint16_t {
    Uint16 value = 0;
    Sint16 with_sign = 0;
    if (element.getUint16(value, index).good()) return value;
    if (element.getSint16(with_sign, index).good()) return static_cast<std::uint16_t>(with_sign);
    throw ImageError("the descriptor of its " + name + " is damaged");
  };
  const bool sign = is_signed || element.ident() == EVR_SS;
  const std::uint16_t count = word(0), first = word(1);
  return {count == 0 ? std::size_t{65536} : count,
          sign ? static_cast<std::int16_t>(first) : std::int32_t{first}, word(2)};
}

std::span<const std::uint16_t> words_of(DcmElement& element, const std::string& name) {
  Uint16* words = nullptr;
  if (element.getUint16Array(words).bad() || words == nullptr) {
    throw ImageError("its " + name + " is damaged");
  }
  return {words, element.getLength() / sizeof(Uint16)};
}

/// The two bytes of each word, the lower one first.
std::vector<std::uint16_t> bytes_of(std::span<const std::uint16_t> words) {
  std::vector<std::uint16_t> bytes;
  bytes.reserve(words.size() * 2);
  for (const std::uint16_t word : words) {
    bytes.push_back(word & 0xff);
    bytes.push_back(static_cast<std::uint16_t>(word >> 8));
  }
  return bytes;
}

}  // namespace

std::uint16_t LookupTable::operator()(std::int64_t value) const {
  const auto last = static_cast<std::int64_t>(entries.size()) - 1;
  return entries[static_cast<std::size_t>(std::clamp(value - first, std::int64_t{0}, last))];
}

LookupTable lookup_table(DcmItem& item, const LookupTags& tags, const std::string& name, bool is_signed) {
  DcmElement *element = nullptr, *data = nullptr;
  if (item.findAndGetElement(tags.descriptor, element).bad()) throw ImageError("has no " + name);
  const Descriptor descriptor = descriptor_of(*element, name, is_signed);
  if (descriptor.bits < 8 || descriptor.bits > 16) {
    throw ImageError("its " + name + " has entries of other than 8 to 16 bits");
  }
  LookupTable table{descriptor.first, descriptor.bits, {}};
  if (item.findAndGetElement(tags.data, data).good()) {
    const std::span<const std::uint16_t> words = words_of(*data, name);
    const bool packed = descriptor.bits == 8 && words.size() == (descriptor.count + 1) / 2;
    table.entries = packed ? bytes_of(words) : std::vector(words.begin(), words.end());
  } else if (item.findAndGetElement(tags.segmented, data).good()) {
    const std::span<const std::uint16_t> words = words_of(*data, name);
    table.entries = descriptor.bits == 8
                        ? expand_segments(bytes_of(words), SegmentWidth::bytes, descriptor.count)
                        : expand_segments(words, SegmentWidth::words, descriptor.count);
  } else {
    throw ImageError("has no " + name);
  }
  if (table.entries.size() < descriptor.count) {
    throw ImageError("its " + name + " is short: " + std::to_string(table.entries.size()) + " of " +
                     std::to_string(descriptor.count) + " entries");
  }
  table.entries.resize(descriptor.count);
  return table;
}

}  // namespace fathom
