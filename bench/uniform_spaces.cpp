#include "uniform_spaces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/synth/manifold.h"

namespace fathom {

namespace {

constexpr std::array kKinds{"ball", "sphere", "torus"};
constexpr std::uint64_t kSpaceSeed = 0x73706163;

struct Factor {
  std::size_t kind, dimension;
  double radius;
};

std::size_t number_of_factors(std::size_t dimension, Generator& generator) {
  const double drawn = std::exp(uniform_unit(generator) * std::log(static_cast<double>(dimension)));
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(drawn)), 1, dimension);
}

std::vector<std::size_t> parts_of(std::size_t dimension, std::size_t parts, Generator& generator) {
  std::vector<std::uint32_t> cuts =
      random_permutation(static_cast<std::uint32_t>(dimension - 1), generator);  // after dimension 1, 2, ...
  cuts.resize(parts - 1);
  std::ranges::sort(cuts);
  std::vector<std::size_t> sizes;
  std::size_t from = 0;
  for (const std::uint32_t cut : cuts) {
    sizes.push_back(cut + 1 - from);
    from = cut + 1;
  }
  sizes.push_back(dimension - from);
  return sizes;
}

/// Shares of the three kinds that are uniform on the simplex.
std::array<double, 3> shares_of_kinds(Generator& generator) {
  std::array<double, 3> shares{};
  double sum = 0.0;
  for (double& share : shares) sum += share = -std::log(1.0 - uniform_unit(generator));
  for (double& share : shares) share /= sum;
  return shares;
}

std::vector<Factor> factors_of(std::size_t space, std::size_t dimension) {
  if (space < kKinds.size()) return {{space, dimension, 1.0}};
  Generator generator = make_generator(kSpaceSeed + space, dimension);
  const std::array<double, 3> shares = shares_of_kinds(generator);
  const double spread = 0.4 * uniform_unit(generator);
  std::vector<Factor> factors;
  for (const std::size_t size : parts_of(dimension, number_of_factors(dimension, generator), generator)) {
    const double u = uniform_unit(generator);
    const std::size_t kind = u < shares[0] ? 0 : u < shares[0] + shares[1] ? 1 : 2;
    const double radius = std::exp(spread * standard_normal(generator));
    // A torus of dimension p is p circles of radius 1: as far across as a sphere of radius sqrt(p).
    factors.push_back({kind, size, kind == 2 ? radius : radius * std::sqrt(static_cast<double>(size))});
  }
  return factors;
}

}  // namespace

Matrix<double> sample_space(std::size_t space, std::size_t dimension, std::size_t points,
                            std::uint64_t seed) {
  std::vector<Matrix<double>> parts;
  std::vector<double> scales;
  std::size_t columns = 0;
  for (const Factor& factor : factors_of(space, dimension)) {
    PointCloudOptions options;
    options.manifold = kKinds[factor.kind];
    options.dimension = factor.dimension;
    options.samples = points;
    options.seed = (seed << 40) + (space << 20) + (dimension << 8) + parts.size();
    parts.push_back(sample_manifold(options));
    // The circles of synth's torus have length 1.
    scales.push_back(factor.kind == 2 ? 2.0 * std::numbers::pi * factor.radius : factor.radius);
    columns += parts.back().cols();
  }
  Matrix<double> all(points, columns);
  for (std::size_t i = 0; i < points; ++i) {
    auto to = all.row(i).begin();
    for (std::size_t p = 0; p < parts.size(); ++p) {
      for (const double value : std::as_const(parts[p]).row(i)) *to++ = scales[p] * value;
    }
  }
  return all;
}

}  // namespace fathom
