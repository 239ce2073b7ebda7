// Random points of the simple solids.
#pragma once

#include <span>
#include <vector>

#include "fathom/core/random.h"

namespace fathom::synth {

double uniform_between(Generator& generator, double low, double high);
/// Each value uniform in [low, high).
void fill_uniform(Generator& generator, std::span<double> values, double low, double high);
std::vector<double> uniform_unit_vector(Generator& generator, std::size_t size);
/// Each value standard normal.
void fill_normal(Generator& generator, std::span<double> values);
/// Uniform on the unit sphere of R^size.
void fill_sphere(Generator& generator, std::span<double> values);
/// Uniform in the unit ball of R^size.
void fill_ball(Generator& generator, std::span<double> values);
/// t in [low, high) with density proportional to sqrt((dr/dt)^2 + (r dphi/dt)^2), r = offset + slope t,
/// dphi/dt = turn: uniform by length along an Archimedean spiral of positive radius.
double spiral_parameter(Generator& generator, double low, double high, double offset, double slope,
                        double turn);

}  // namespace fathom::synth
