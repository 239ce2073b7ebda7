#include <cmath>
#include <numbers>

#include "synth/draw.h"
#include "synth/manifold_family.h"

namespace fathom::synth {
namespace {

using std::cos;
using std::sin;
using std::numbers::pi;

constexpr std::size_t kAnyDimension = 10'000;

std::size_t same(std::size_t d) {
  return d;
}
std::size_t one_more(std::size_t d) {
  return d + 1;
}
std::size_t twice(std::size_t d) {
  return 2 * d;
}
std::size_t three(std::size_t) {
  return 3;
}
std::size_t four(std::size_t) {
  return 4;
}

void ball(Generator& generator, std::size_t, std::span<double> x) {
  fill_ball(generator, x);
}
void sphere(Generator& generator, std::size_t, std::span<double> x) {
  fill_sphere(generator, x);
}
void cube(Generator& generator, std::size_t, std::span<double> x) {
  fill_uniform(generator, x, 0, 1);
}
void normal(Generator& generator, std::size_t, std::span<double> x) {
  fill_normal(generator, x);
}

void torus(Generator& generator, std::size_t dimension, std::span<double> x) {
  for (std::size_t j = 0; j < dimension; ++j) {
    const double angle = uniform_between(generator, 0, 2 * pi);
    x[2 * j] = cos(angle) / (2 * pi);
    x[2 * j + 1] = sin(angle) / (2 * pi);
  }
}

/// The columns sqrt(2 / n) cos(pi (i + 1/2) (j + 1/2) / n) are orthonormal: a discrete cosine transform of
/// type IV.
void affine(Generator& generator, std::size_t dimension, std::span<double> x) {
  const double n = static_cast<double>(x.size());
  for (std::size_t j = 0; j < dimension; ++j) {
    const double u = uniform_between(generator, -2.5, 2.5);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += u * std::sqrt(2 / n) *
              cos(pi * (static_cast<double>(i) + 0.5) * (static_cast<double>(j) + 0.5) / n);
  }
}

void swiss_roll(Generator& generator, std::size_t, std::span<double> x) {
  const double t = spiral_parameter(generator, 1.5 * pi, 4.5 * pi, 0, 1, 1);
  x[0] = t * cos(t);
  x[1] = t * sin(t);
  fill_uniform(generator, x.subspan(2), 0, 21);
}

void s_curve(Generator& generator, std::size_t, std::span<double> x) {
  const double t = uniform_between(generator, -1.5 * pi, 1.5 * pi);
  x[0] = sin(t);
  x[1] = std::copysign(1.0, t) * (cos(t) - 1);
  fill_uniform(generator, x.subspan(2), 0, 2);
}

void moebius(Generator& generator, std::size_t, std::span<double> x) {
  const double angle = uniform_between(generator, 0, 2 * pi), across = uniform_between(generator, -0.5, 0.5);
  const double radius = 1 + across * cos(angle / 2);
  x[0] = radius * cos(angle);
  x[1] = radius * sin(angle);
  x[2] = across * sin(angle / 2);
}

void helix(Generator& generator, std::size_t, std::span<double> x) {
  const double t = uniform_between(generator, 0, 8 * pi);
  x[0] = cos(t);
  x[1] = sin(t);
  x[2] = t / (2 * pi);
}

void twin_peaks(Generator& generator, std::size_t dimension, std::span<double> x) {
  x[dimension] = 1;
  for (std::size_t j = 0; j < dimension; ++j) {
    x[j] = uniform_unit(generator);
    x[dimension] *= sin(2 * pi * x[j]);
  }
}

void line_disk_ball(Generator& generator, std::size_t, std::span<double> x) {
  const std::uint64_t share = uniform_below(generator, 23);
  if (share < 3) {
    const double along = uniform_unit(generator);
    x[2] = along < 0.5 ? along - 0.5 : along + 2.5;
  } else if (share < 6) {
    double disk[2];
    fill_ball(generator, disk);
    x[0] = disk[0];
    x[2] = 1 + disk[1];
  } else {
    fill_ball(generator, x);
    for (double& value : x) value /= 2;
    x[2] += 2.5;
  }
}

void swiss_roll_and_sphere(Generator& generator, std::size_t, std::span<double> x) {
  if (uniform_below(generator, 2) == 1) return fill_sphere(generator, x);
  const double t = spiral_parameter(generator, 0, 1, 1, 2, 3 * pi);
  x[0] = (1 + 2 * t) * cos(3 * pi * t);
  x[1] = (1 + 2 * t) * sin(3 * pi * t);
  x[2] = uniform_between(generator, -4, 4);
}

ManifoldFamily family(const char* name, const char* equation, std::size_t dimension, std::size_t smallest,
                      std::size_t largest, std::size_t (*ambient)(std::size_t),
                      void (*draw)(Generator&, std::size_t, std::span<double>)) {
  return {{name, equation, dimension, ambient(dimension), smallest, largest}, ambient, draw};
}

}  // namespace

std::vector<ManifoldFamily> general_families() {
  return {
      family("ball", "uniform in the unit ball of R^d", 5, 1, kAnyDimension, same, ball),
      family("sphere", "uniform on the unit sphere of R^(d+1)", 5, 1, kAnyDimension, one_more, sphere),
      family("torus",
             "x_2j = cos(2 pi u_j) / (2 pi), x_2j+1 = sin(2 pi u_j) / (2 pi), u in [0,1)^d: d circles of "
             "length 1, "
             "isometric to the flat torus",
             5, 1, kAnyDimension, twice, torus),
      family("cube", "uniform in [0,1]^d", 5, 1, kAnyDimension, same, cube),
      family("affine", "x = A u, u in [-2.5,2.5]^d, A with d orthonormal columns in R^(2d)", 5, 1,
             kAnyDimension, twice, affine),
      family("normal", "standard normal in R^d", 5, 1, kAnyDimension, same, normal),
      family(
          "swiss_roll",
          "x = (t cos t, t sin t, v), t in [1.5 pi, 4.5 pi] with density ~ sqrt(1 + t^2), v in [0,21]^(d-1): "
          "uniform by area",
          2, 1, kAnyDimension, one_more, swiss_roll),
      family("s_curve",
             "x = (sin t, sign(t) (cos t - 1), v), t in [-1.5 pi, 1.5 pi], v in [0,2]^(d-1): uniform by area",
             2, 1, kAnyDimension, one_more, s_curve),
      family(
          "moebius",
          "x = ((1 + w cos(a/2)) cos a, (1 + w cos(a/2)) sin a, w sin(a/2)), a in [0,2 pi), w in [-0.5,0.5]: "
          "half a twist",
          2, 2, 2, three, moebius),
      family("helix", "x = (cos t, sin t, t / (2 pi)), t in [0, 8 pi]: uniform by length", 1, 1, 1, three,
             helix),
      family("twin_peaks", "x = (u, prod_j sin(2 pi u_j)), u in [0,1]^d", 2, 1, kAnyDimension, one_more,
             twin_peaks),
      family(
          "line_disk_ball",
          "x_3 in [-0.5,0] or [3,3.5] (3/23 of the points); the disk x_1^2 + (x_3-1)^2 <= 1, x_2 = 0 (3/23); "
          "the ball of radius 0.5 about (0,0,2.5) (17/23)",
          0, 0, 0, three, line_disk_ball),
      family("swissRoll3Sph",
             "x = (r cos 3 pi t, r sin 3 pi t, v, 0), r = 1 + 2t, t in [0,1] uniform by length, v in [-4,4] "
             "(half of "
             "the points); the unit sphere of R^4 (the other half)",
             0, 0, 0, four, swiss_roll_and_sphere),
  };
}

}  // namespace fathom::synth
