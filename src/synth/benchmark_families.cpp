#include <algorithm>
#include <boost/random/beta_distribution.hpp>
#include <cmath>
#include <numbers>

#include "synth/draw.h"
#include "synth/manifold_family.h"

namespace fathom::synth {
namespace {

using std::cos;
using std::sin;
using std::numbers::pi;

double square(double value) {
  return value * value;
}

/// Copies the first `size` values over the rest of x, which is a multiple of them.
void repeat(std::span<double> x, std::size_t size) {
  for (std::size_t i = size; i < x.size(); ++i) x[i] = x[i - size];
}

void sphere(Generator& generator, std::size_t, std::span<double> x) {
  fill_sphere(generator, x);
}
void normal(Generator& generator, std::size_t, std::span<double> x) {
  fill_normal(generator, x);
}
void wide_cube(Generator& generator, std::size_t, std::span<double> x) {
  fill_uniform(generator, x, -2.5, 2.5);
}

void affine_3_to_5(Generator& generator, std::size_t, std::span<double> x) {
  double p[3];
  fill_uniform(generator, p, 0, 4);
  x[0] = 1.2 * p[0] - 0.5 * p[1] + 3;
  x[1] = 0.5 * p[0] + 0.9 * p[1] - 1;
  x[2] = -0.5 * p[0] - 0.2 * p[1] + p[2];
  x[3] = 0.4 * p[0] - 0.9 * p[1] - 0.1 * p[2];
  x[4] = 1.1 * p[0] - 0.3 * p[1] + 8;
}

void nonlinear_4_to_6(Generator& generator, std::size_t, std::span<double> x) {
  double p[4];
  fill_uniform(generator, p, 0, 1);
  x[0] = square(p[1]) * cos(2 * pi * p[0]);
  x[1] = square(p[2]) * sin(2 * pi * p[0]);
  x[2] = p[1] + p[2] + square(p[1] - p[3]);
  x[3] = p[1] - 2 * p[2] + square(p[0] - p[3]);
  x[4] = -p[1] - 2 * p[2] + square(p[2] - p[3]);
  x[5] = square(p[0]) - square(p[1]) + square(p[2]) - square(p[3]);
}

void chained_polar(Generator& generator, std::size_t dimension, std::span<double> x) {
  const std::vector<double> p = uniform_unit_vector(generator, dimension);
  for (std::size_t i = 0; i < dimension; ++i) {
    const double radius = p[(i + 1) % dimension], angle = 2 * pi * p[i];
    x[2 * i] = radius * cos(angle);
    x[2 * i + 1] = radius * sin(angle);
  }
  repeat(x, 2 * dimension);
}

void toroidal_helix(Generator& generator, std::size_t, std::span<double> x) {
  const double p = uniform_between(generator, 0, 2 * pi);
  x[0] = (2 + cos(8 * p)) * cos(p);
  x[1] = (2 + cos(8 * p)) * sin(p);
  x[2] = sin(8 * p);
}

void helicoid(Generator& generator, std::size_t, std::span<double> x) {
  const double radius = uniform_between(generator, 0, 10 * pi),
               angle = uniform_between(generator, 0, 10 * pi);
  x[0] = radius * cos(angle);
  x[1] = radius * sin(angle);
  x[2] = 0.5 * angle;
}

void roll(Generator& generator, std::size_t, std::span<double> x) {
  const double t = uniform_between(generator, 1.5 * pi, 4.5 * pi);
  x[0] = t * cos(t);
  x[1] = uniform_between(generator, 0, 21);
  x[2] = t * sin(t);
}

void cube_surface(Generator& generator, std::size_t, std::span<double> x) {
  fill_uniform(generator, x, 0, 1);
  const std::uint64_t face = uniform_below(generator, 2 * x.size());
  x[face / 2] = static_cast<double>(face % 2);
}

void twisted_band(Generator& generator, std::size_t, std::span<double> x) {
  const double angle = uniform_between(generator, 0, 2 * pi), across = uniform_between(generator, -0.5, 0.5);
  x[0] = (1 + across * cos(5 * angle)) * cos(angle);
  x[1] = (1 + across * cos(5 * angle)) * sin(angle);
  x[2] = across * sin(5 * angle);
}

void s_curve(Generator& generator, std::size_t, std::span<double> x) {
  const double t = uniform_between(generator, -1.5 * pi, 1.5 * pi);
  x[0] = sin(t);
  x[1] = uniform_between(generator, 0, 2);
  x[2] = std::copysign(1.0, t) * (cos(t) - 1);
}

void spiral(Generator& generator, std::size_t, std::span<double> x) {
  const double t = uniform_between(generator, 0, 10 * pi);
  x[0] = 100 * cos(t);
  x[1] = 100 * sin(t);
  x[2] = t;
}

void beta(Generator& generator, std::size_t dimension, std::span<double> x) {
  boost::random::beta_distribution<double> distribution(10, 0.5);
  for (std::size_t i = 0; i < dimension; ++i) {
    const double p = distribution(generator);
    x[i] = p * sin(cos(2 * pi * p));
    x[dimension + i] = p * cos(sin(2 * pi * p));
  }
  repeat(x, 2 * dimension);
}

void crossed(Generator& generator, std::size_t dimension, std::span<double> x) {
  const std::vector<double> p = uniform_unit_vector(generator, dimension);
  for (std::size_t i = 0; i < dimension; ++i) {
    const double opposite = p[dimension - 1 - i];
    x[i] = std::tan(p[i] * cos(opposite));
    x[dimension + i] = std::atan(opposite * sin(p[i]));
  }
  repeat(x, 2 * dimension);
}

void paraboloid(Generator& generator, std::size_t dimension, std::span<double> x) {
  const auto exponential = [&] { return -std::log1p(-uniform_unit(generator)); };
  double common = 0;
  while (common == 0) common = exponential();
  for (std::size_t i = 0; i < dimension; ++i) {
    x[i] = common / (common + exponential());
    x[dimension] += square(x[i]);
  }
  const std::size_t block = dimension + 1;
  for (std::size_t i = 0; i < block; ++i) {
    x[block + i] = sin(x[i]);
    x[2 * block + i] = square(x[i]);
  }
}

/// Ambient dimension of a manifold whose dimension is fixed.
template <std::size_t Ambient>
std::size_t fixed(std::size_t) {
  return Ambient;
}

template <std::size_t Ambient>
ManifoldFamily benchmark(const char* name, const char* equation, std::size_t dimension,
                         void (*draw)(Generator&, std::size_t, std::span<double>)) {
  return {{name, equation, dimension, Ambient, dimension, dimension}, fixed<Ambient>, draw};
}

constexpr const char* kCube = "uniform on the surface of [0,1]^(d+1)";
constexpr const char* kChain =
    "x_2i = p_(i+1) cos(2 pi p_i), x_2i+1 = p_(i+1) sin(2 pi p_i), p in [0,1]^d, indices modulo d; all three "
    "times";
constexpr const char* kCrossed =
    "x_i = tan(p_i cos p_(d+1-i)), x_(d+i) = atan(p_(d+1-i) sin p_i), p in [0,1]^d; all twice";
constexpr const char* kParaboloid =
    "y = (p, |p|^2), x = (y, sin y, y^2) by component, p_i = E_0 / (E_0 + E_i) with E exponential (Burr)";

}  // namespace

std::vector<ManifoldFamily> benchmark_families() {
  return {
      benchmark<11>("M1_Sphere", "uniform on the unit sphere of R^11", 10, sphere),
      benchmark<5>(
          "M2_Affine_3to5",
          "x = (1.2 p1 - 0.5 p2 + 3, 0.5 p1 + 0.9 p2 - 1, -0.5 p1 - 0.2 p2 + p3, 0.4 p1 - 0.9 p2 - 0.1 p3, "
          "1.1 p1 - 0.3 p2 + 8), p in [0,4]^3",
          3, affine_3_to_5),
      benchmark<6>("M3_Nonlinear_4to6",
                   "x = (p2^2 cos 2 pi p1, p3^2 sin 2 pi p1, p2 + p3 + (p2-p4)^2, p2 - 2 p3 + (p1-p4)^2, "
                   "-p2 - 2 p3 + (p3-p4)^2, p1^2 - p2^2 + p3^2 - p4^2), p in [0,1]^4",
                   4, nonlinear_4_to_6),
      benchmark<8>(
          "M4_Nonlinear",
          "x_2i = p_(i+1) cos(2 pi p_i), x_2i+1 = p_(i+1) sin(2 pi p_i), p in [0,1]^4, indices modulo 4", 4,
          chained_polar),
      benchmark<3>("M5a_Helix1d", "x = ((2 + cos 8p) cos p, (2 + cos 8p) sin p, sin 8p), p in [0,2 pi]", 1,
                   toroidal_helix),
      benchmark<3>("M5b_Helix2d", "x = (r cos p, r sin p, p/2), r and p in [0,10 pi]", 2, helicoid),
      benchmark<36>("M6_Nonlinear", kChain, 6, chained_polar),
      benchmark<3>("M7_Roll", "x = (t cos t, v, t sin t), t in [1.5 pi, 4.5 pi], v in [0,21]", 2, roll),
      benchmark<72>("M8_Nonlinear", kChain, 12, chained_polar),
      benchmark<20>("M9_Affine", "uniform in [-2.5,2.5]^20", 20, wide_cube),
      benchmark<11>("M10a_Cubic", kCube, 10, cube_surface),
      benchmark<18>("M10b_Cubic", kCube, 17, cube_surface),
      benchmark<25>("M10c_Cubic", kCube, 24, cube_surface),
      benchmark<71>("M10d_Cubic", kCube, 70, cube_surface),
      benchmark<3>(
          "M11_Moebius",
          "x = ((1 + w cos 5a) cos a, (1 + w cos 5a) sin a, w sin 5a), a in [0,2 pi), w in [-0.5,0.5]", 2,
          twisted_band),
      benchmark<20>("M12_Norm", "standard normal in R^20", 20, normal),
      benchmark<3>("M13a_Scurve", "x = (sin t, v, sign(t) (cos t - 1)), t in [-1.5 pi, 1.5 pi], v in [0,2]",
                   2, s_curve),
      benchmark<13>("M13b_Spiral", "x = (100 cos t, 100 sin t, t, 0, ..., 0), t in [0,10 pi]", 1, spiral),
      benchmark<40>(
          "Mbeta",
          "x_i = p_i sin cos 2 pi p_i, x_(d+i) = p_i cos sin 2 pi p_i, p_i ~ Beta(10, 1/2); all twice", 10,
          beta),
      benchmark<72>("Mn1_Nonlinear", kCrossed, 18, crossed),
      benchmark<96>("Mn2_Nonlinear", kCrossed, 24, crossed),
      benchmark<12>("Mp1_Paraboloid", kParaboloid, 3, paraboloid),
      benchmark<21>("Mp2_Paraboloid", kParaboloid, 6, paraboloid),
      benchmark<30>("Mp3_Paraboloid", kParaboloid, 9, paraboloid),
  };
}

}  // namespace fathom::synth
