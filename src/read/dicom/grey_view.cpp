#include "read/dicom/grey_view.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "read/ct_window.h"
#include "read/dicom/object.h"

namespace fathom {

namespace {

constexpr double kWhite = 65535.0;

struct Range {
  std::int32_t low, high;
};

Range range_of(const StoredFrame& stored) {
  const auto [low, high] = std::minmax_element(stored.values.begin(), stored.values.end());
  return {*low, *high};
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

struct Rescale {
  double slope = 1.0, intercept = 0.0;
  bool given = false;
  std::string units;  ///< "HU"; empty where it is not said
};

Rescale rescale_of(const DicomObject& object, std::size_t frame) {
  if (object.has(DCM_ModalityLUTSequence)) {
    throw ImageError("its values go through a Modality LUT, which is not applied: use --view stored");
  }
  Rescale rescale;
  DcmItem* item = item_with(object.data(), DCM_PixelValueTransformationSequence, DCM_RescaleSlope, frame);
  if (item == nullptr) return rescale;
  rescale.slope = decimal(*item, DCM_RescaleSlope).value_or(0.0);
  rescale.intercept = decimal(*item, DCM_RescaleIntercept).value_or(0.0);
  rescale.given = true;
  if (rescale.slope == 0.0) throw ImageError("its Rescale Slope is no number above or below 0");
  OFString units;
  item->findAndGetOFString(DCM_RescaleType, units);
  rescale.units.assign(units.c_str(), units.length());
  return rescale;
}

/// From 0 at `low` to kWhite a `span` above it. Without a span a step behind `low`.
double ramp(double value, double low, double span) {
  if (span == 0.0) return value > low ? kWhite : 0.0;
  return std::clamp((value - low) * kWhite / span, 0.0, kWhite);
}

struct Window {
  enum class Function { linear, linear_exact, sigmoid };
  double centre, width;
  Function function = Function::linear;

  /// 0 to kWhite.
  double operator()(double value) const {
    if (function == Function::sigmoid) return kWhite / (1.0 + std::exp(-4.0 * (value - centre) / width));
    // C.11.2 writes both linear functions by their middle; they begin at the same value.
    return ramp(value, centre - width / 2.0, function == Function::linear ? width - 1.0 : width);
  }
};

Window window_of(const DicomObject& object, std::size_t frame) {
  DcmItem* item = item_with(object.data(), DCM_FrameVOILUTSequence, DCM_WindowCenter, frame);
  const auto centre = item != nullptr ? decimal(*item, DCM_WindowCenter) : std::nullopt;
  const auto width = item != nullptr ? decimal(*item, DCM_WindowWidth) : std::nullopt;
  if (!centre || !width) {
    const bool table = object.has(DCM_VOILUTSequence);
    throw ImageError(std::string("has no window (Window Center, Window Width)") +
                     (table ? " but a VOI LUT, which is not applied" : "") +
                     ": use --view stored or percentile");
  }
  Window window{*centre, *width};
  OFString function;
  item->findAndGetOFString(DCM_VOILUTFunction, function);
  if (function == "SIGMOID") window.function = Window::Function::sigmoid;
  if (function == "LINEAR_EXACT") window.function = Window::Function::linear_exact;
  const bool fits = window.function == Window::Function::linear ? *width >= 1.0 : *width > 0.0;
  if (!fits) throw ImageError("its Window Width is too small for a window");
  return window;
}

void check_hounsfield(const DicomObject& object, const Rescale& rescale, View view) {
  const std::string name = "--view " + std::string(view_name(view));
  const std::string modality = object.text(DCM_Modality).value_or("CT");
  if (modality != "CT") throw ImageError("is no CT image, and " + name + " takes Hounsfield units");
  if (!rescale.given || (!rescale.units.empty() && rescale.units != "HU")) {
    throw ImageError("does not say how its values become Hounsfield units, which " + name + " takes");
  }
}

Window hounsfield_window(View view) {
  constexpr auto exact = Window::Function::linear_exact;
  const CtWindow window = ct_window(view);
  return {window.centre, window.width, exact};
}

/// `level`: 0 to kWhite of a stored value.
Image through(const StoredFrame& stored, bool inverted, const std::function<double(double)>& level) {
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

Image between_percentiles(const DicomObject& object, const StoredFrame& stored, std::size_t frame) {
  const Range range = range_of(stored);
  std::vector<std::size_t> counts(static_cast<std::size_t>(range.high - range.low) + 1);
  for (const std::int32_t value : stored.values) ++counts[static_cast<std::size_t>(value - range.low)];
  const std::size_t total = stored.values.size();
  const double low = percentile(counts, range.low, total, 0.1);
  const double high = percentile(counts, range.low, total, 99.9);
  // Rescaling keeps percentiles where they are, or turns them round.
  const bool falls = rescale_of(object, frame).slope < 0.0;
  return through(stored, is_inverted(stored) != falls,
                 [=](double value) { return ramp(value, low, high - low); });
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
      return between_percentiles(object, stored, frame);
    case View::window:
    case View::ct_brain:
    case View::ct_subdural:
    case View::ct_bone:
      break;
  }
  const Rescale rescale = rescale_of(object, frame);
  if (view != View::window) check_hounsfield(object, rescale, view);
  const Window window = view == View::window ? window_of(object, frame) : hounsfield_window(view);
  return through(stored, is_inverted(stored),
                 [&](double value) { return window(rescale.slope * value + rescale.intercept); });
}

}  // namespace fathom
