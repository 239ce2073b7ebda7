#include "read/dicom/colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "read/dicom/lookup_table.h"
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

const std::array<LookupTags, 3>& palette_tags() {
  static const std::array<LookupTags, 3> tags = {
      {{DCM_RedPaletteColorLookupTableDescriptor, DCM_RedPaletteColorLookupTableData,
        DCM_SegmentedRedPaletteColorLookupTableData},
       {DCM_GreenPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableData,
        DCM_SegmentedGreenPaletteColorLookupTableData},
       {DCM_BluePaletteColorLookupTableDescriptor, DCM_BluePaletteColorLookupTableData,
        DCM_SegmentedBluePaletteColorLookupTableData}}};
  return tags;
}

template <class T>
Image looked_up(const StoredFrame& stored, const std::array<LookupTable, 3>& palettes, PixelType type) {
  Image image = Image::unfilled(stored.format.rows, stored.format.columns, 3, type);
  T* out = values_of<T>(image);
  for (const std::int32_t value : stored.values) {
    for (const LookupTable& palette : palettes) *out++ = static_cast<T>(palette(value));
  }
  return image;
}

Image from_palette(const DicomObject& object, const StoredFrame& stored) {
  std::array<LookupTable, 3> palettes;
  for (std::size_t i = 0; i < 3; ++i) {
    palettes[i] = lookup_table(object.data(), palette_tags()[i], "palette", stored.format.is_signed);
    if (palettes[i].bits != 8 && palettes[i].bits != 16) {
      throw ImageError("its palette has entries of other than 8 or 16 bits");
    }
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
