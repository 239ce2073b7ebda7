#include "read/nifti_view.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "fathom/read/image_file.h"
#include "read/ct_window.h"
#include "read/volume_values.h"

namespace fathom {

namespace {

bool takes_percentiles(View view) {
  return view == View::percentile || view == View::published;
}

/// `level` maps a value to 0..1.
template <class Out, class In, class Level>
Image mapped(const Image& slice, PixelType type, const Level& level) {
  const bool cut = type == PixelType::uint8;
  const double white = cut ? 255.0 : 65535.0;
  Image image = Image::unfilled(slice.height(), slice.width(), 1, type);
  Out* out = reinterpret_cast<Out*>(image.mutable_bytes().data());
  for (const In stored : slice.pixels<In>()) {
    const auto value = static_cast<double>(stored);
    if (!std::isfinite(value)) throw ImageError("holds a value that is no number, which has no grey level");
    *out++ = static_cast<Out>(cut ? white * level(value) : std::round(white * level(value)));
  }
  return image;
}

template <class Out, class Level>
Image mapped(const Image& slice, PixelType type, const Level& level) {
  switch (slice.type()) {
    case PixelType::uint8:
      return mapped<Out, std::uint8_t>(slice, type, level);
    case PixelType::uint16:
      return mapped<Out, std::uint16_t>(slice, type, level);
    case PixelType::float32:
      return mapped<Out, float>(slice, type, level);
    case PixelType::float64:
      return mapped<Out, double>(slice, type, level);
  }
  throw InternalError("unknown pixel type");
}

}  // namespace

void check_nifti_view(View view) {
  if (view != View::window) return;
  throw UsageError("--view window", "a NIfTI volume has no window of its own",
                   "use stored, percentile, or one of ct:brain, ct:subdural, ct:bone");
}

std::uint64_t bytes_of_view(const NiftiInfo& info, View view) {
  if (!takes_percentiles(view) || info.channels != 1) return 0;
  return std::uint64_t{sizeof(double)} * info.shape[0] * info.shape[1] * info.shape[2];
}

NiftiView::NiftiView(const NiftiVolume& volume, View view) : view_(view) {
  if (!takes_percentiles(view) || volume.info().channels != 1) return;
  for (std::size_t time = 0; time < volume.info().times; ++time) {
    std::vector<double> values = finite_values(volume, time);
    if (values.empty()) values.push_back(0.0);
    const double low = percentile(values, 0.1);
    percentiles_.push_back({low, percentile(values, 99.9)});
  }
}

Image NiftiView::operator()(Image slice, std::size_t time) const {
  if (view_ == View::stored || slice.channels() != 1 || slice.stored_as_rgb) return slice;
  if (!takes_percentiles(view_)) {
    return mapped<std::uint16_t>(slice, PixelType::uint16, ct_window(view_));
  }
  const Range range = percentiles_.at(time);
  const auto level = [range](double value) {
    if (range.high == range.low) return 0.0;
    return std::clamp((value - range.low) / (range.high - range.low), 0.0, 1.0);
  };
  if (view_ == View::published) return mapped<std::uint8_t>(slice, PixelType::uint8, level);
  return mapped<std::uint16_t>(slice, PixelType::uint16, level);
}

}  // namespace fathom
