#include "prepare/grey_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fathom/read/image_file.h"

namespace fathom {

namespace {

template <class T>
struct Extremes {
  T low, high;
};

template <class T>
Extremes<T> extremes(std::span<const T> values) {
  T low = values[0], high = values[0];
  for (const T value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return {low, high};
}

template <class T>
void refuse_not_finite(const Image& image) {
  const auto values = image.pixels<T>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    const std::size_t pixel = i / image.channels();
    throw ImageError(std::string("holds ") + (std::isnan(values[i]) ? "NaN" : "an infinite value") +
                     " at row " + std::to_string(pixel / image.width()) + ", column " +
                     std::to_string(pixel % image.width()));
  }
}

template <class T>
std::span<T> writable(Image& image) {
  return {reinterpret_cast<T*>(image.mutable_bytes().data()), image.size()};
}

Image like(const Image& image, std::size_t channels, PixelType type) {
  return Image::unfilled(image.height(), image.width(), channels, type);
}

// ---- scaling by the maximum ----

/// floor(255 v / maximum) in 16-bit arithmetic without a division or a table, which the compiler vectorises:
/// the product with floor(65536 / maximum) is the quotient or one less.
Image scale_bytes(Image image, std::uint8_t maximum) {
  if (maximum == 255 || maximum == 0) return image;
  const std::uint16_t divisor = maximum;
  const auto inverse = static_cast<std::uint16_t>(std::min(65536 / maximum, 65535));
  Image scaled = like(image, image.channels(), PixelType::uint8);
  const auto out = writable<std::uint8_t>(scaled);
  const auto in = image.pixels<std::uint8_t>();
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto dividend = static_cast<std::uint16_t>(in[i] * 255);
    const auto quotient = static_cast<std::uint16_t>((std::uint32_t{dividend} * inverse) >> 16);
    const auto remainder = static_cast<std::uint16_t>(dividend - quotient * divisor);
    out[i] = static_cast<std::uint8_t>(quotient + (remainder >= divisor ? 1 : 0));
  }
  return scaled;
}

/// floor(255 v / maximum) of values of any type, in exact integers or, for floats, in float64.
template <class T>
Image scale(const Image& image, std::span<const T> values, std::size_t channels) {
  const T maximum = extremes(values).high;
  // 255 times the largest doubles is infinite; a power of two changes no quotient of them.
  [[maybe_unused]] const double shrink = maximum > T{1} ? 0x1p-8 : 1.0;
  Image scaled = like(image, channels, PixelType::uint8);
  const auto out = writable<std::uint8_t>(scaled);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (maximum == T{0}) {
      out[i] = 0;
    } else if constexpr (sizeof(T) == sizeof(std::uint16_t)) {
      // Of whole numbers so small a quotient that is rounded never reaches the next one: and it is
      // vectorised.
      out[i] = static_cast<std::uint8_t>(values[i] * 255.0 / maximum);
    } else if constexpr (std::is_integral_v<T>) {
      out[i] = static_cast<std::uint8_t>(std::uint64_t{values[i]} * 255 / maximum);
    } else {
      const double value = shrink * static_cast<double>(values[i]);
      out[i] = static_cast<std::uint8_t>(value * 255.0 / (shrink * static_cast<double>(maximum)));
    }
  }
  return scaled;
}

template <class T>
std::vector<std::uint64_t> luminance(std::span<const T> rgb) {
  std::vector<std::uint64_t> out(rgb.size() / 3);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::uint64_t{2125} * rgb[3 * i] + std::uint64_t{7154} * rgb[3 * i + 1] +
             std::uint64_t{721} * rgb[3 * i + 2];
  }
  return out;
}

/// scikit-image's rgb2gray: to 0..1, then a dot product with fused multiply-adds in this order.
template <class T>
std::vector<double> published_luminance(std::span<const T> values, std::size_t channels) {
  const double unit = std::is_integral_v<T> ? 1.0 / static_cast<double>(std::numeric_limits<T>::max()) : 1.0;
  std::vector<double> out(values.size() / channels);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const T* pixel = values.data() + channels * i;
    const double red = static_cast<double>(pixel[0]) * unit;
    const double green = static_cast<double>(pixel[channels == 3 ? 1 : 0]) * unit;
    const double blue = static_cast<double>(pixel[channels == 3 ? 2 : 0]) * unit;
    out[i] = std::fma(blue, 0.0721, std::fma(red, 0.2125, green * 0.7154));
  }
  return out;
}

template <class T>
Image scale_by_maximum(Image image, const Protocol& protocol, bool grey, T maximum) {
  const auto values = image.pixels<T>();
  const bool colour = image.channels() == 3;
  if (grey && protocol.published_code && (colour || image.stored_as_rgb)) {
    const std::vector<double> y = published_luminance(values, image.channels());
    return scale<double>(image, y, 1);
  }
  if (grey && colour) {
    if constexpr (std::is_integral_v<T>) {
      const std::vector<std::uint64_t> y = luminance(values);
      return scale<std::uint64_t>(image, y, 1);
    } else {
      const std::vector<double> y = published_luminance(values, 3);
      return scale<double>(image, y, 1);
    }
  }
  if constexpr (std::is_same_v<T, std::uint8_t>) return scale_bytes(std::move(image), maximum);
  return scale(image, values, image.channels());
}

// ---- no scaling ----

/// Float32 (of float64 images float64), for grey images too, so that a set of both has one type.
template <class T>
Image plain_luminance(const Image& image) {
  const auto values = image.pixels<T>();
  using Out = std::conditional_t<std::is_same_v<T, double>, double, float>;
  Image out = like(image, 1, std::is_same_v<T, double> ? PixelType::float64 : PixelType::float32);
  const auto grey = writable<Out>(out);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    if (image.channels() == 1) {
      grey[i] = static_cast<Out>(values[i]);
    } else if constexpr (std::is_integral_v<T>) {
      const unsigned y = 2125u * values[3 * i] + 7154u * values[3 * i + 1] + 721u * values[3 * i + 2];
      grey[i] = static_cast<float>(y / 10000.0);
    } else {
      grey[i] = static_cast<Out>(0.2125 * static_cast<double>(values[3 * i]) +
                                 0.7154 * static_cast<double>(values[3 * i + 1]) +
                                 0.0721 * static_cast<double>(values[3 * i + 2]));
    }
  }
  return out;
}

template <class T>
GreyLevels levels_of(Image image, const std::string& name, const Protocol& protocol, bool grey) {
  FATHOM_CHECK(image.size() > 0 && (image.channels() == 1 || image.channels() == 3));
  if constexpr (std::is_floating_point_v<T>) refuse_not_finite<T>(image);
  const auto [low, high] = extremes(image.pixels<T>());
  GreyLevels result;
  result.alpha_dropped = image.alpha_dropped;
  double full_scale = static_cast<double>(high);
  if constexpr (std::is_integral_v<T>) {
    full_scale = image.full_scale.value_or(static_cast<double>(std::numeric_limits<T>::max()));
  }
  if constexpr (std::is_floating_point_v<T>)
    full_scale = static_cast<double>(std::max(std::abs(low), std::abs(high)));
  result.black = low == T{0} && high == T{0};
  if (full_scale > 0.0) {
    result.contrast =
        static_cast<float>(static_cast<double>(high) / full_scale - static_cast<double>(low) / full_scale);
  }
  if constexpr (std::is_integral_v<T>) result.full_scale = full_scale;
  if (protocol.scaling == Protocol::Scaling::by_image_maximum) {
    if constexpr (std::is_floating_point_v<T>) {
      if (low < T{0}) {
        throw InputError(
            name, "holds negative pixels, and protocol " + protocol.name() + " scales by the maximum",
            "use --protocol native for data with negative values, or, of medical images, a --view");
      }
    }
    result.image = scale_by_maximum<T>(std::move(image), protocol, grey, high);
    result.full_scale = 255.0;
  } else {
    result.image = protocol.channels == Channels::grey ? plain_luminance<T>(image) : std::move(image);
  }
  return result;
}

}  // namespace

GreyLevels grey_levels(Image image, const std::string& name, const Protocol& protocol, bool grey) {
  switch (image.type()) {
    case PixelType::uint8:
      return levels_of<std::uint8_t>(std::move(image), name, protocol, grey);
    case PixelType::uint16:
      return levels_of<std::uint16_t>(std::move(image), name, protocol, grey);
    case PixelType::float32:
      return levels_of<float>(std::move(image), name, protocol, grey);
    case PixelType::float64:
      return levels_of<double>(std::move(image), name, protocol, grey);
  }
  throw InternalError("unknown pixel type");
}

}  // namespace fathom
