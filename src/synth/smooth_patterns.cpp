#include "synth/smooth_patterns.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "fathom/core/error.h"
#include "synth/random_isometry.h"

namespace fathom::synth {
namespace {

struct Mode {
  std::size_t vertical, horizontal;
};

double squared_frequency(const PatternShape& shape, const Mode& mode) {
  const double vertical = static_cast<double>(mode.vertical) / static_cast<double>(shape.height);
  const double horizontal = static_cast<double>(mode.horizontal) / static_cast<double>(shape.width);
  return vertical * vertical + horizontal * horizontal;
}

/// The `count` modes of lowest frequency, the constant one excepted.
std::vector<Mode> lowest_modes(const PatternShape& shape, std::size_t count) {
  std::vector<Mode> modes;
  modes.reserve(shape.height * shape.width);
  for (std::size_t v = 0; v < shape.height; ++v)
    for (std::size_t h = 0; h < shape.width; ++h)
      if (v + h > 0) modes.push_back({v, h});
  const auto lower = [&](const Mode& a, const Mode& b) {
    return std::tuple(squared_frequency(shape, a), a.vertical, a.horizontal) <
           std::tuple(squared_frequency(shape, b), b.vertical, b.horizontal);
  };
  std::partial_sort(modes.begin(), modes.begin() + static_cast<std::ptrdiff_t>(count), modes.end(), lower);
  modes.resize(count);
  return modes;
}

/// Orthonormal discrete cosines of one axis: size x frequencies.
Eigen::MatrixXd cosines(std::size_t size, std::size_t frequencies) {
  const double n = static_cast<double>(size);
  Eigen::MatrixXd basis(size, frequencies);
  for (std::size_t f = 0; f < frequencies; ++f) {
    const double scale = std::sqrt((f == 0 ? 1.0 : 2.0) / n);
    for (std::size_t i = 0; i < size; ++i) {
      const double angle = std::numbers::pi * (static_cast<double>(i) + 0.5) * static_cast<double>(f) / n;
      basis(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(f)) = scale * std::cos(angle);
    }
  }
  return basis;
}

}  // namespace

std::size_t pattern_capacity(const PatternShape& shape) {
  return shape.channels * (shape.height * shape.width - 1);
}

std::vector<double> make_smooth_patterns(const PatternShape& shape, std::size_t count, Generator& generator) {
  FATHOM_CHECK(count <= pattern_capacity(shape));
  // Twice the modes that are needed leave room for chance; a dozen keep one or two patterns from looking
  // alike.
  const std::size_t wanted = std::max<std::size_t>(12, (2 * count + shape.channels - 1) / shape.channels);
  const std::vector<Mode> modes = lowest_modes(shape, std::min(wanted, shape.height * shape.width - 1));
  std::size_t vertical = 0, horizontal = 0;
  for (const Mode& mode : modes) {
    vertical = std::max(vertical, mode.vertical + 1);
    horizontal = std::max(horizontal, mode.horizontal + 1);
  }
  const Eigen::MatrixXd rows = cosines(shape.height, vertical), columns = cosines(shape.width, horizontal);
  const Eigen::MatrixXd weights = random_isometry(modes.size() * shape.channels, count, generator);
  std::vector<double> patterns(count * shape.size());
  for (std::size_t p = 0; p < count; ++p) {
    for (std::size_t c = 0; c < shape.channels; ++c) {
      Eigen::MatrixXd spectrum = Eigen::MatrixXd::Zero(rows.cols(), columns.cols());
      for (std::size_t m = 0; m < modes.size(); ++m)
        spectrum(static_cast<Eigen::Index>(modes[m].vertical),
                 static_cast<Eigen::Index>(modes[m].horizontal)) =
            weights(static_cast<Eigen::Index>(c * modes.size() + m), static_cast<Eigen::Index>(p));
      const Eigen::MatrixXd plane = rows * spectrum * columns.transpose();
      double* pattern = patterns.data() + p * shape.size();
      for (std::size_t y = 0; y < shape.height; ++y)
        for (std::size_t x = 0; x < shape.width; ++x)
          pattern[(y * shape.width + x) * shape.channels + c] =
              plane(static_cast<Eigen::Index>(y), static_cast<Eigen::Index>(x));
    }
  }
  return patterns;
}

}  // namespace fathom::synth
