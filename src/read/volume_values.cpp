#include "read/volume_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "fathom/core/error.h"

namespace fathom {

namespace {

template <class T>
void append_finite(const Image& image, std::vector<double>& values) {
  for (const T stored : image.pixels<T>()) {
    const auto value = static_cast<double>(stored);
    if (std::isfinite(value)) values.push_back(value);
  }
}

}  // namespace

std::vector<double> finite_values(const NiftiVolume& volume, std::size_t time) {
  const NiftiInfo& info = volume.info();
  std::vector<double> values;
  values.reserve(info.shape[0] * info.shape[1] * info.shape[2] * info.channels);
  for (std::size_t i = 0; i < info.slices(SliceAxis::axial); ++i) {
    const Image image = volume.slice(SliceAxis::axial, i, time);
    switch (image.type()) {
      case PixelType::uint8:
        append_finite<std::uint8_t>(image, values);
        break;
      case PixelType::uint16:
        append_finite<std::uint16_t>(image, values);
        break;
      case PixelType::float32:
        append_finite<float>(image, values);
        break;
      case PixelType::float64:
        append_finite<double>(image, values);
        break;
    }
  }
  return values;
}

double percentile(std::vector<double>& values, double percent) {
  FATHOM_CHECK(!values.empty() && percent >= 0.0 && percent <= 100.0);
  const double place = percent / 100.0 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  const auto low = values.begin() + below;
  std::nth_element(values.begin(), low, values.end());
  if (low + 1 == values.end()) return *low;
  const double next = *std::min_element(low + 1, values.end());
  return *low + (next - *low) * (place - static_cast<double>(below));
}

double otsu_threshold(const std::vector<double>& values) {
  FATHOM_CHECK(!values.empty());
  constexpr std::size_t bins = 256;
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  const double low = *least, width = *largest / bins - low / bins;
  if (!(width > 0.0)) return std::numeric_limits<double>::infinity();
  std::array<std::uint64_t, bins> counts = {};
  for (const double value : values) {
    ++counts[std::min(static_cast<std::size_t>((value - low) / width), bins - 1)];
  }
  double all = 0.0;
  for (std::size_t i = 0; i < bins; ++i) all += static_cast<double>(counts[i]) * static_cast<double>(i);
  const auto size = static_cast<double>(values.size());
  double lower = 0.0, lower_sum = 0.0, best = -1.0;
  std::size_t last_of_lower = 0;
  for (std::size_t i = 0; i + 1 < bins; ++i) {
    lower += static_cast<double>(counts[i]);
    lower_sum += static_cast<double>(counts[i]) * static_cast<double>(i);
    const double upper = size - lower;
    const double apart = lower_sum / lower - (all - lower_sum) / upper;
    const double between = lower * upper * apart * apart;
    if (between > best) {
      best = between;
      last_of_lower = i;
    }
  }
  return low + static_cast<double>(last_of_lower + 1) * width;
}

}  // namespace fathom
