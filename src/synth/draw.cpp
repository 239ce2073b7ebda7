#include "synth/draw.h"

#include <cmath>

namespace fathom::synth {

double uniform_between(Generator& generator, double low, double high) {
  return low + (high - low) * uniform_unit(generator);
}

void fill_uniform(Generator& generator, std::span<double> values, double low, double high) {
  for (double& value : values) value = uniform_between(generator, low, high);
}

std::vector<double> uniform_unit_vector(Generator& generator, std::size_t size) {
  std::vector<double> values(size);
  fill_uniform(generator, values, 0, 1);
  return values;
}

void fill_normal(Generator& generator, std::span<double> values) {
  for (double& value : values) value = standard_normal(generator);
}

void fill_sphere(Generator& generator, std::span<double> values) {
  double squared = 0;
  while (squared == 0) {
    fill_normal(generator, values);
    for (const double value : values) squared += value * value;
  }
  for (double& value : values) value /= std::sqrt(squared);
}

void fill_ball(Generator& generator, std::span<double> values) {
  fill_sphere(generator, values);
  const double radius = std::pow(uniform_unit(generator), 1.0 / static_cast<double>(values.size()));
  for (double& value : values) value *= radius;
}

double spiral_parameter(Generator& generator, double low, double high, double offset, double slope,
                        double turn) {
  const auto speed = [&](double t) { return std::hypot(slope, (offset + slope * t) * turn); };
  for (;;) {
    const double t = uniform_between(generator, low, high);
    if (uniform_unit(generator) * speed(high) < speed(t)) return t;
  }
}

}  // namespace fathom::synth
