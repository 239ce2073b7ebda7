#include "read/dicom/voi.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace fathom {

namespace {

std::optional<Window> window_of(DcmItem& item) {
  const auto centre = decimal(item, DCM_WindowCenter), width = decimal(item, DCM_WindowWidth);
  if (!centre || !width) return std::nullopt;
  Window window{*centre, *width};
  OFString function;
  item.findAndGetOFString(DCM_VOILUTFunction, function);
  if (function == "SIGMOID") window.function = Window::Function::sigmoid;
  if (function == "LINEAR_EXACT") window.function = Window::Function::linear_exact;
  const bool fits = window.function == Window::Function::linear ? *width >= 1.0 : *width > 0.0;
  if (!fits) throw ImageError("its Window Width is too small for a window");
  return window;
}

/// Whether a value of so many bits can be below 0 behind `modality`.
bool may_be_negative(const PixelFormat& format, const Modality& modality) {
  if (modality.table) return false;
  const double range = std::ldexp(1.0, static_cast<int>(format.bits_stored));
  const double low = format.is_signed ? -range / 2 : 0.0, high = low + range - 1;
  return std::min(modality.slope * low, modality.slope * high) + modality.intercept < 0.0;
}

}  // namespace

double ramp(double value, double low, double span) {
  if (span == 0.0) return value > low ? kWhite : 0.0;
  return std::clamp((value - low) * kWhite / span, 0.0, kWhite);
}

double Window::operator()(double value) const {
  if (function == Function::sigmoid) return kWhite / (1.0 + std::exp(-4.0 * (value - centre) / width));
  // C.11.2 writes both linear functions by their middle; they begin at the same value.
  return ramp(value, centre - width / 2.0, function == Function::linear ? width - 1.0 : width);
}

std::function<double(double)> voi_of(const DicomObject& object, const PixelFormat& format,
                                     const Modality& modality, std::size_t frame) {
  if (DcmItem* item = item_with(object.data(), DCM_FrameVOILUTSequence, DCM_WindowCenter, frame)) {
    if (const std::optional<Window> window = window_of(*item)) return *window;
  }
  DcmItem *holder = item_with(object.data(), DCM_FrameVOILUTSequence, DCM_VOILUTSequence, frame),
          *item = nullptr;
  if (holder == nullptr || holder->findAndGetSequenceItem(DCM_VOILUTSequence, item).bad()) {
    throw ImageError(
        "has no window (Window Center, Window Width) and no VOI LUT: use --view stored or percentile");
  }
  LookupTable table =
      lookup_table(*item, {DCM_LUTDescriptor, DCM_LUTData}, "VOI LUT", may_be_negative(format, modality));
  const double white = std::ldexp(1.0, static_cast<int>(table.bits)) - 1.0;
  return [table = std::move(table), white](double value) {
    // A table is of whole numbers; beyond these all values take its first or its last entry.
    const auto whole = static_cast<std::int64_t>(std::floor(std::clamp(value, -1e9, 1e9) + 0.5));
    return std::min(table(whole) / white, 1.0) * kWhite;
  };
}

}  // namespace fathom
