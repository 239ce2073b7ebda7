#include "learn/image_planes.h"

#include <vector>

#include "fathom/prepare/resize.h"

namespace fathom {

namespace {

/// Interleaved pixels -> planes of `low` + `unit` * pixel.
template <class T>
void separate(std::span<const T> pixels, std::size_t channels, double low, double unit,
              std::span<float> planes) {
  const std::size_t area = pixels.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const T* pixel = pixels.data() + c;
    float* plane = planes.data() + c * area;
    for (std::size_t i = 0; i < area; ++i) {
      plane[i] = static_cast<float>(low + unit * static_cast<double>(pixel[i * channels]));
    }
  }
}

}  // namespace

ImagePlanes::ImagePlanes(const PreparedData& data) : data_(data) {
  if (!data.size) {
    throw UsageError("DATA", "holds vectors, which have no height and width", "give images to a network");
  }
  FATHOM_CHECK(data.row_size.has_value());
}

template <class T>
void ImagePlanes::write_pixels(std::span<const T> pixels, std::span<float> planes) const {
  const double low = data_.range ? data_.range->low : 0.0;
  if (data_.row_size == data_.size) {
    return separate<T>(pixels, data_.channels, low, data_.matrix.unit, planes);
  }
  std::vector<float> resized(planes.size());
  resize_bilinear<T>(pixels, *data_.row_size, data_.channels, *data_.size, resized);
  separate<float>(resized, data_.channels, low, data_.matrix.unit, planes);
}

void ImagePlanes::write(std::uint32_t row, std::span<float> planes) const {
  FATHOM_CHECK(planes.size() == values());
  std::visit([&]<class T>(const Matrix<T>& matrix) { write_pixels<T>(matrix.row(row), planes); },
             data_.matrix.stored);
}

}  // namespace fathom
