#include "augment.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "fathom/core/parallel.h"
#include "fathom/neighbors/duplicates.h"

namespace fathom::bench {

namespace {

constexpr std::uint64_t kSeed = 0;

/// Value of one channel at a place between pixels; 0 outside.
class Sampler {
 public:
  Sampler(std::span<const std::uint8_t> image, ImageShape shape) : image_(image), shape_(shape) {}

  double at(double y, double x, std::size_t channel) const {
    const double top = std::floor(y), left = std::floor(x);
    const double down = y - top, right = x - left;
    return (1 - down) * ((1 - right) * pixel(top, left, channel) + right * pixel(top, left + 1, channel)) +
           down * ((1 - right) * pixel(top + 1, left, channel) + right * pixel(top + 1, left + 1, channel));
  }

 private:
  double pixel(double y, double x, std::size_t channel) const {
    if (y < 0 || x < 0 || y >= static_cast<double>(shape_.height) || x >= static_cast<double>(shape_.width)) {
      return 0.0;
    }
    const auto place = static_cast<std::size_t>(y) * shape_.width + static_cast<std::size_t>(x);
    return image_[place * shape_.channels + channel];
  }

  std::span<const std::uint8_t> image_;
  ImageShape shape_;
};

void place(std::span<const std::uint8_t> image, ImageShape shape, const Placement& placement,
           std::span<std::uint8_t> out) {
  const Sampler sampler(image, shape);
  const double middle_y = (static_cast<double>(shape.height) - 1) / 2;
  const double middle_x = (static_cast<double>(shape.width) - 1) / 2;
  const double cosine = std::cos(placement.angle), sine = std::sin(placement.angle);
  auto next = out.begin();
  for (std::size_t row = 0; row < shape.height; ++row) {
    for (std::size_t col = 0; col < shape.width; ++col) {
      const double v = static_cast<double>(row) - middle_y - placement.down;
      const double u = static_cast<double>(col) - middle_x - placement.right;
      const double y = cosine * v - sine * u, x = cosine * u + sine * v;
      for (std::size_t channel = 0; channel < shape.channels; ++channel) {
        *next++ = static_cast<std::uint8_t>(
            std::lround(sampler.at(middle_y + y, middle_x + (placement.mirrored ? -x : x), channel)));
      }
    }
  }
}

}  // namespace

Matrix<std::uint8_t> augment(const Matrix<std::uint8_t>& images, ImageShape shape, std::size_t copies,
                             const DrawPlacement& draw, unsigned threads) {
  FATHOM_CHECK(shape.height * shape.width * shape.channels == images.cols() && copies >= 2);
  RowMatrix result{Matrix<std::uint8_t>(images.rows() * copies, images.cols()), 1.0};
  auto& rows = std::get<Matrix<std::uint8_t>>(result.stored);
  std::vector<std::uint32_t> wanted(rows.rows());
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = static_cast<std::uint32_t>(i);

  for (std::uint64_t attempt = 0; !wanted.empty(); ++attempt) {
    parallel_for(wanted.size(), threads, [&](std::size_t w, unsigned) {
      Generator generator = make_generator(kSeed, (attempt << 32) + wanted[w]);
      const std::size_t copy = wanted[w] / images.rows();
      const Placement placement = draw(generator, attempt > 0 ? copies - 1 : copy);
      place(images.row(wanted[w] % images.rows()), shape, placement, rows.row(wanted[w]));
    });
    wanted.clear();
    const Duplicates duplicates = find_duplicates(result, threads);
    for (std::uint32_t i = 0; i < rows.rows(); ++i) {
      if (duplicates.first[i] != i) wanted.push_back(i);
    }
  }
  return std::move(rows);
}

}  // namespace fathom::bench
