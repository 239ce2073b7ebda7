#include "read/dicom/grey_view.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "read/ct_window.h"
#include "read/dicom/modality.h"
#include "read/dicom/object.h"
#include "read/dicom/voi.h"

namespace fathom {

namespace {

struct Range {
  std::int32_t low, high;
};

Range range_of(const StoredFrame& stored) {
  // Not std::minmax_element, which no compiler vectorises.
  Range range{stored.values.front(), stored.values.front()};
  for (const std::int32_t value : stored.values) {
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
}

/// An image of T: `level` is asked once for each value between the smallest and the largest.
template <class T>
Image by_table(const StoredFrame& stored, PixelType type, const std::function<T(std::int32_t)>& level) {
  const Range range = range_of(stored);
  std::vector<T> levels;
  levels.reserve(static_cast<std::size_t>(range.high - range.low) + 1);
  for (std::int32_t value = range.low; value <= range.high; ++value) levels.push_back(level(value));
  Image image = Image::unfilled(stored.format.rows, stored.format.columns, 1, type);
  T* out = reinterpret_cast<T*>(image.mutable_bytes().data());
  for (const std::int32_t value : stored.values) {
    *out++ = levels[static_cast<std::size_t>(value - range.low)];
  }
  return image;
}

bool is_inverted(const StoredFrame& stored) {
  return stored.format.photometric == "MONOCHROME1";
}

// ---- stored ----

Image as_stored(const StoredFrame& stored) {
  const unsigned bits = stored.format.bits_stored;
  const std::int32_t most = (std::int32_t{1} << bits) - 1;
  // Of a signed value v the inverse is -1 - v: the smallest becomes the largest.
  const std::int32_t from = stored.format.is_signed ? -1 : most;
  const auto level = [&](std::int32_t value) { return is_inverted(stored) ? from - value : value; };
  if (stored.format.is_signed) {
    return by_table<float>(stored, PixelType::float32,
                           [&](std::int32_t value) { return static_cast<float>(level(value)); });
  }
  Image image = bits <= 8 ? by_table<std::uint8_t>(
                                stored, PixelType::uint8,
                                [&](std::int32_t value) { return static_cast<std::uint8_t>(level(value)); })
                          : by_table<std::uint16_t>(stored, PixelType::uint16, [&](std::int32_t value) {
                              return static_cast<std::uint16_t>(level(value));
                            });
  if (bits != 8 && bits != 16) image.full_scale = most;
  return image;
}

// ---- windows ----

void check_hounsfield(const DicomObject& object, const Modality& modality, View view) {
  const std::string name = "--view " + std::string(view_name(view));
  if (object.text(DCM_Modality).value_or("CT") != "CT")
    throw ImageError("is no CT image, and " + name + " takes Hounsfield units");
  if (!modality.given || (!modality.units.empty() && modality.units != "HU")) {
    throw ImageError("does not say how its values become Hounsfield units, which " + name + " takes");
  }
}

Window hounsfield_window(View view) {
  const CtWindow window = ct_window(view);
  return {window.centre, window.width, Window::Function::linear_exact};
}

/// `level`: 0 to kWhite of a stored value.
Image through(const StoredFrame& stored, bool inverted, const std::function<double(std::int32_t)>& level) {
  return by_table<std::uint16_t>(stored, PixelType::uint16, [&](std::int32_t value) {
    const double rounded = std::floor(level(value) + 0.5);
    return static_cast<std::uint16_t>(inverted ? kWhite - rounded : rounded);
  });
}

// ---- percentiles ----

/// numpy.percentile, "linear", of values counted one by one.
double percentile(const std::vector<std::size_t>& counts, std::int32_t lowest, std::size_t total,
                  double percent) {
  const double rank = percent / 100.0 * static_cast<double>(total - 1);
  const double whole = std::floor(rank);
  const auto at = [&](std::size_t index) {
    std::size_t before = 0, value = 0;
    while (before + counts[value] <= index) before += counts[value++];
    return static_cast<double>(lowest) + static_cast<double>(value);
  };
  const auto index = static_cast<std::size_t>(whole);
  const double low = at(index), high = at(std::min(index + 1, total - 1));
  return low + (high - low) * (rank - whole);
}

/// Rescaling keeps percentiles where they are, or turns them round; a table may do anything.
Image between_percentiles(const Modality& modality, const StoredFrame& stored) {
  const std::optional<LookupTable>& table = modality.table;
  const auto looked_up = [&](std::int32_t value) { return table ? std::int32_t{(*table)(value)} : value; };
  const Range range = table ? Range{0, 65535} : range_of(stored);
  std::vector<std::size_t> counts(static_cast<std::size_t>(range.high - range.low) + 1);
  for (const std::int32_t value : stored.values) {
    ++counts[static_cast<std::size_t>(looked_up(value) - range.low)];
  }
  const std::size_t total = stored.values.size();
  const double low = percentile(counts, range.low, total, 0.1);
  const double high = percentile(counts, range.low, total, 99.9);
  const bool falls = modality.slope < 0.0;
  return through(stored, is_inverted(stored) != falls,
                 [&](std::int32_t value) { return ramp(looked_up(value), low, high - low); });
}

// ---- published ----

Image as_published(const StoredFrame& stored) {
  const Range range = range_of(stored);
  if (range.high <= 0 && range.low != 0) {
    throw ImageError("its largest value is not above 0, by which --view published divides");
  }
  return by_table<std::uint8_t>(stored, PixelType::uint8, [&](std::int32_t value) {
    const std::int32_t level = range.high == 0 ? 0 : value * 255 / range.high;
    const auto byte = static_cast<std::uint8_t>(static_cast<std::uint32_t>(level));
    return is_inverted(stored) ? static_cast<std::uint8_t>(255 - byte) : byte;
  });
}

}  // namespace

Image grey_image(const DicomObject& object, const StoredFrame& stored, std::size_t frame, View view) {
  switch (view) {
    case View::stored:
      return as_stored(stored);
    case View::published:
      return as_published(stored);
    case View::percentile:
      return between_percentiles(modality_of(object, stored.format, frame), stored);
    case View::window:
    case View::ct_brain:
    case View::ct_subdural:
    case View::ct_bone:
      break;
  }
  const Modality modality = modality_of(object, stored.format, frame);
  if (view != View::window) check_hounsfield(object, modality, view);
  const std::function<double(double)> shown =
      view == View::window ? voi_of(object, stored.format, modality, frame) : hounsfield_window(view);
  return through(stored, is_inverted(stored), [&](std::int32_t value) { return shown(modality(value)); });
}

}  // namespace fathom
