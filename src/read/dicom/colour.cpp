#include "read/dicom/colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "read/dicom/object.h"

namespace fathom {

namespace {

template <class T>
T* values_of(Image& image) {
  return reinterpret_cast<T*>(image.mutable_bytes().data());
}

template <class T>
Image copied(const StoredFrame& stored, PixelType type) {
  Image image = Image::unfilled(stored.format.rows, stored.format.columns, 3, type);
  std::ranges::transform(stored.values, values_of<T>(image),
                         [](std::int32_t value) { return static_cast<T>(value); });
  return image;
}

Image rgb(const StoredFrame& stored) {
  const unsigned bits = stored.format.bits_stored;
  if (stored.format.is_signed) throw ImageError("its RGB values have a sign");
  Image image = bits <= 8 ? copied<std::uint8_t>(stored, PixelType::uint8)
                          : copied<std::uint16_t>(stored, PixelType::uint16);
  if (bits != 8 && bits != 16) image.full_scale = (1 << bits) - 1;
  return image;
}

std::uint8_t rounded(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

Image from_ybr(const StoredFrame& stored) {
  Image image = Image::unfilled(stored.format.rows, stored.format.columns, 3, PixelType::uint8);
  std::uint8_t* out = values_of<std::uint8_t>(image);
  for (std::size_t i = 0; i + 2 < stored.values.size(); i += 3) {
    const double y = stored.values[i], blue = stored.values[i + 1] - 128, red = stored.values[i + 2] - 128;
    *out++ = rounded(y + 1.402 * red);
    *out++ = rounded(y - 0.114 * 1.772 / 0.587 * blue - 0.299 * 1.402 / 0.587 * red);
    *out++ = rounded(y + 1.772 * blue);
  }
  return image;
}

// ---- palettes ----

struct PaletteTags {
  DcmTagKey descriptor, data, segmented;
};

const std::array<PaletteTags, 3>& palette_tags() {
  static const std::array<PaletteTags, 3> tags = {
      {{DCM_RedPaletteColorLookupTableDescriptor, DCM_RedPaletteColorLookupTableData,
        DCM_SegmentedRedPaletteColorLookupTableData},
       {DCM_GreenPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableData,
        DCM_SegmentedGreenPaletteColorLookupTableData},
       {DCM_BluePaletteColorLookupTableDescriptor, DCM_BluePaletteColorLookupTableData,
        DCM_SegmentedBluePaletteColorLookupTableData}}};
  return tags;
}

struct Palette {
  std::int32_t first = 0;  ///< the value that entry 0 stands for
  unsigned bits = 0;       ///< of an entry: 8 or 16
  std::vector<std::uint16_t> entries;
};

/// A value that has no sign or, where the pixels have one, has it.
std::int32_t descriptor_value(DcmElement& descriptor, unsigned long index, bool is_signed) {
  Uint16 value = 0;
  Sint16 with_sign = 0;
  if (descriptor.getUint16(value, index).good()) {
    return is_signed ? static_cast<std::int16_t>(value) : std::int32_t{value};
  }
  if (descriptor.getSint16(with_sign, index).good()) {
    return is_signed ? std::int32_t{with_sign} : static_cast<std::uint16_t>(with_sign);
  }
  throw ImageError("the descriptor of its palette is damaged");
}

Palette palette_of(const DicomObject& object, const PaletteTags& tags, bool is_signed) {
  DcmElement *descriptor = nullptr, *data = nullptr;
  if (object.data().findAndGetElement(tags.descriptor, descriptor).bad()) {
    throw ImageError("has no palette for its PALETTE COLOR");
  }
  if (object.data().findAndGetElement(tags.data, data).bad()) {
    throw ImageError(object.has(tags.segmented) ? "its palette is segmented, which is not read"
                                                : "has no palette for its PALETTE COLOR");
  }
  Palette palette;
  const std::int32_t length = descriptor_value(*descriptor, 0, false);
  palette.first = descriptor_value(*descriptor, 1, is_signed);
  palette.bits = static_cast<unsigned>(descriptor_value(*descriptor, 2, false));
  const std::size_t count = length == 0 ? 65536 : static_cast<std::size_t>(length);
  if (palette.bits != 8 && palette.bits != 16)
    throw ImageError("its palette has entries of other than 8 or 16 bits");
  Uint16* words = nullptr;
  if (data->getUint16Array(words).bad() || words == nullptr) throw ImageError("its palette is damaged");
  const std::size_t there = data->getLength() / sizeof(Uint16);
  const bool packed = palette.bits == 8 && there == (count + 1) / 2;
  if (!packed && there < count) {
    throw ImageError("its palette is short: " + std::to_string(there) + " of " + std::to_string(count) +
                     " entries");
  }
  for (std::size_t i = 0; i < count; ++i) {
    palette.entries.push_back(packed ? static_cast<std::uint16_t>(words[i / 2] >> (i % 2 * 8) & 0xff)
                                     : words[i]);
  }
  return palette;
}

template <class T>
Image looked_up(const StoredFrame& stored, const std::array<Palette, 3>& palettes, PixelType type) {
  Image image = Image::unfilled(stored.format.rows, stored.format.columns, 3, type);
  T* out = values_of<T>(image);
  for (const std::int32_t value : stored.values) {
    for (const Palette& palette : palettes) {
      const std::int32_t last = static_cast<std::int32_t>(palette.entries.size()) - 1;
      *out++ = static_cast<T>(
          palette.entries[static_cast<std::size_t>(std::clamp(value - palette.first, 0, last))]);
    }
  }
  return image;
}

Image from_palette(const DicomObject& object, const StoredFrame& stored) {
  std::array<Palette, 3> palettes;
  for (std::size_t i = 0; i < 3; ++i) {
    palettes[i] = palette_of(object, palette_tags()[i], stored.format.is_signed);
    if (palettes[i].bits != palettes[0].bits) throw ImageError("its palettes have entries of different bits");
  }
  return palettes[0].bits == 8 ? looked_up<std::uint8_t>(stored, palettes, PixelType::uint8)
                               : looked_up<std::uint16_t>(stored, palettes, PixelType::uint16);
}

}  // namespace

Image colour_image(const DicomObject& object, const StoredFrame& stored) {
  const std::string& photometric = stored.format.photometric;
  if (photometric == "PALETTE COLOR") return from_palette(object, stored);
  if (photometric == "RGB") return rgb(stored);
  if (photometric == "YBR_FULL" || photometric == "YBR_FULL_422") return from_ybr(stored);
  throw ImageError("its colours are " + photometric + ", which its transfer syntax cannot hold");
}

}  // namespace fathom
