#include "unit/neighbors/adversarial_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

namespace fathom::adversary {

namespace {

using Rows = Matrix<double>;

/// Calls value(i, k) for every component.
template <class Value>
Rows filled(const Shape& shape, Value value) {
  Rows rows(shape.rows, shape.cols);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (std::size_t k = 0; k < shape.cols; ++k) rows.row(i)[k] = value(i, k);
  }
  return rows;
}

/// `count` values of value().
template <class Value>
std::vector<double> some(std::size_t count, Value value) {
  std::vector<double> values(count);
  for (double& one : values) one = value();
  return values;
}

double between(Generator& generator, double low, double high) {
  return low + (high - low) * uniform_unit(generator);
}

double power_of_ten(Generator& generator, double low, double high) {
  return std::pow(10.0, between(generator, low, high));
}

double whole_below(Generator& generator, std::uint64_t bound) {
  return static_cast<double>(uniform_below(generator, bound));
}

double sign(Generator& generator) {
  return uniform_below(generator, 2) == 0 ? -1.0 : 1.0;
}

/// The next number that the element can hold.
double next_value(double value, Element element) {
  switch (element) {
    case Element::byte:
      return value < 255.0 ? value + 1.0 : value - 1.0;
    case Element::float32:
      return static_cast<double>(
          std::nextafter(static_cast<float>(value), std::numeric_limits<float>::infinity()));
    case Element::float64:
      break;
  }
  return std::nextafter(value, std::numeric_limits<double>::infinity());
}

/// Every direction counts alike: a bound over few components rules out least.
Rows noise(const Shape& shape, Generator& generator) {
  return filled(shape, [&](auto, auto) { return 255.0 * uniform_unit(generator); });
}

/// Few different points and few different distances: ties and duplicates everywhere.
Rows lattice(const Shape& shape, Generator& generator) {
  const std::uint64_t side = 2 + uniform_below(generator, 3);
  return filled(shape, [&](auto, auto) { return whole_below(generator, side); });
}

/// Copies of one row that differ in one component by the smallest step: the difference is all that counts,
/// and it is lost where squares of whole rows are subtracted.
Rows one_step_apart(const Shape& shape, Generator& generator) {
  const std::vector<double> base = some(shape.cols, [&] { return whole_below(generator, 256); });
  Rows rows = filled(shape, [&](auto, std::size_t k) { return base[k]; });
  for (std::size_t i = 0; i < shape.rows; ++i) {
    double& value = rows.row(i)[uniform_below(generator, shape.cols)];
    value = next_value(value, shape.element);
  }
  return rows;
}

/// Constant rows all lie on one line: one component of a bound holds everything, the others nothing.
Rows constant_rows(const Shape& shape, Generator& generator) {
  const std::vector<double> values = some(shape.rows, [&] { return 255.0 * uniform_unit(generator); });
  return filled(shape, [&](std::size_t i, auto) { return values[i]; });
}

/// All distances equal: no threshold rules anything out, and only the index decides.
Rows one_hot(const Shape& shape, Generator&) {
  return filled(shape, [&](std::size_t i, std::size_t k) { return i % shape.cols == k ? 255.0 : 0.0; });
}

/// All distances equal but for the last digits: bounds cannot tell the pairs apart.
Rows nearly_one_hot(const Shape& shape, Generator& generator) {
  return filled(shape, [&](std::size_t i, std::size_t k) {
    return (i % shape.cols == k ? 1.0 : 0.0) + 1e-9 * uniform_unit(generator);
  });
}

/// One row far from all others: it pulls the centre and the leading directions, and errors relative to its
/// norm swallow every other distance.
Rows huge_outlier(const Shape& shape, Generator& generator) {
  const bool bytes = shape.element == Element::byte;
  Rows rows = filled(shape, [&](auto, auto) { return (bytes ? 9.0 : 1.0) * uniform_unit(generator); });
  const double far = uniform_below(generator, 2) == 0 ? 1e12 : 1e25;
  for (double& value : rows.row(uniform_below(generator, shape.rows))) value = bytes ? 255.0 : far;
  return rows;
}

/// A large common offset: subtracting squared norms cancels nearly all digits.
Rows huge_offset(const Shape& shape, Generator& generator) {
  switch (shape.element) {
    case Element::byte:
      return filled(shape, [&](auto, auto) { return 250.0 + whole_below(generator, 6); });
    case Element::float32:  // whose neighbours are 8 apart there
      return filled(shape, [&](auto, auto) { return 1e8 + 8.0 * whole_below(generator, 8); });
    case Element::float64:
      break;
  }
  return filled(shape, [&](auto, auto) { return 1e8 + uniform_unit(generator); });
}

/// Two tight clusters far apart: no centre makes the norms small, so that the rounding of norms is larger
/// than the distances of neighbours.
Rows far_clusters(const Shape& shape, Generator& generator) {
  const double spread = power_of_ten(generator, -6, 0);
  return filled(shape, [&](std::size_t i, auto) {
    return (i % 2 == 0 ? -1e6 : 1e6) + spread * standard_normal(generator);
  });
}

/// Rows that float32 cannot tell apart, around several centres.
Rows below_float32(const Shape& shape, Generator& generator) {
  const std::size_t centres = 1 + uniform_below(generator, 3);
  const std::vector<double> centre = some(centres * shape.cols, [&] { return between(generator, 1.0, 2.0); });
  const double spread = power_of_ten(generator, -13, -8);
  return filled(shape, [&](std::size_t i, std::size_t k) {
    return centre[i % centres * shape.cols + k] + spread * standard_normal(generator);
  });
}

/// Values whose squares, or which themselves, fall below the range of their type.
Rows denormals(const Shape& shape, Generator& generator) {
  const bool doubles = shape.element == Element::float64;
  const std::array<double, 3> units{0x1p-149, doubles ? 0x1p-540 : 0x1p-140, doubles ? 0x1p-1074 : 0x1p-130};
  const double unit = units[uniform_below(generator, units.size())];
  return filled(shape, [&](auto, auto) { return unit * whole_below(generator, 100); });
}

/// Squares fall below the range of float32.
Rows tiny_values(const Shape& shape, Generator& generator) {
  return filled(shape, [&](auto, auto) { return 1e-25 * standard_normal(generator); });
}

/// The largest values there may be: products overflow narrow sums (255 x 255 in 16 bits, 1e60 in float32).
Rows largest_values(const Shape& shape, Generator& generator) {
  if (shape.element == Element::byte) {
    return filled(shape, [&](auto, auto) { return uniform_below(generator, 4) == 0 ? 0.0 : 255.0; });
  }
  return filled(shape, [&](auto, auto) { return sign(generator) * between(generator, 0.9e30, 0.99e30); });
}

/// Few components hold everything: residual norms are nothing but rounding.
Rows low_rank(const Shape& shape, Generator& generator) {
  const std::size_t rank = 1 + uniform_below(generator, 4);
  const std::vector<double> basis = some(rank * shape.cols, [&] { return standard_normal(generator); });
  const double rest = shape.element == Element::byte ? 0.0 : power_of_ten(generator, -12, -3);
  Rows rows(shape.rows, shape.cols);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    const std::vector<double> weight = some(rank, [&] { return 25.0 * standard_normal(generator); });
    for (std::size_t k = 0; k < shape.cols; ++k) {
      double value = 128.0 + rest * standard_normal(generator);
      for (std::size_t r = 0; r < rank; ++r) value += weight[r] * basis[r * shape.cols + k];
      rows.row(i)[k] = value;
    }
  }
  return rows;
}

/// Clusters whose sizes and places differ by up to twelve orders of magnitude: one margin for all would be
/// wrong for most.
Rows clusters_of_all_scales(const Shape& shape, Generator& generator) {
  const bool bytes = shape.element == Element::byte;
  const double low = bytes ? -1 : -6, high = bytes ? 2 : 6;
  const std::size_t clusters = 1 + uniform_below(generator, 10);
  const std::vector<double> place = some(clusters, [&] { return power_of_ten(generator, low, high); });
  const std::vector<double> spread = some(clusters, [&] { return power_of_ten(generator, low, high); });
  const std::vector<double> centre = some(clusters * shape.cols, [&] { return uniform_unit(generator); });
  return filled(shape, [&](std::size_t i, std::size_t k) {
    const std::size_t c = i % clusters;
    return place[c] * centre[c * shape.cols + k] + spread[c] * standard_normal(generator);
  });
}

/// A heavy tail: a sample of rows says little about the others.
Rows cauchy(const Shape& shape, Generator& generator) {
  return filled(shape, [&](auto, auto) {
    const double value = 128.0 + 5.0 * std::tan(std::numbers::pi * (uniform_unit(generator) - 0.5));
    return std::clamp(value, -1e20, 1e20);
  });
}

/// Nothing but one value: no spread, no direction, norms of zero.
Rows all_zero_but_one(const Shape& shape, Generator& generator) {
  Rows rows(shape.rows, shape.cols);
  rows.row(uniform_below(generator, shape.rows))[uniform_below(generator, shape.cols)] = 7.0;
  return rows;
}

/// Signs alternate along a row: averages over neighbouring components vanish, and with them what they tell.
Rows alternating(const Shape& shape, Generator& generator) {
  if (shape.element == Element::byte) {
    return filled(shape, [&](std::size_t i, std::size_t k) {
      return (i + k) % 2 == 0 ? whole_below(generator, 3) : 255.0 - whole_below(generator, 3);
    });
  }
  return filled(shape, [&](std::size_t i, std::size_t k) {
    return ((i / 2 + k) % 2 == 0 ? -1.0 : 1.0) * (100.0 + standard_normal(generator));
  });
}

/// A few columns outweigh all others, which still decide between rows that agree in those.
Rows columns_of_all_scales(const Shape& shape, Generator& generator) {
  const bool bytes = shape.element == Element::byte;
  const std::vector<double> scale =
      some(shape.cols, [&] { return power_of_ten(generator, bytes ? -1 : -8, bytes ? 2 : 8); });
  return filled(shape, [&](std::size_t, std::size_t k) {
    return scale[k] * std::round(2.0 * standard_normal(generator)) + (bytes ? 128.0 : 0.0);
  });
}

/// Points on a sphere: norms tell nothing.
Rows sphere(const Shape& shape, Generator& generator) {
  Rows rows = filled(shape, [&](auto, auto) { return standard_normal(generator); });
  for (std::size_t i = 0; i < shape.rows; ++i) {
    double squared = 0.0;
    for (const double value : rows.row(i)) squared += value * value;
    const double factor = 127.0 / std::sqrt(std::max(squared, 1e-12));
    for (double& value : rows.row(i)) value = 128.0 + factor * value;
  }
  return rows;
}

/// One row's values in other orders: distances that are equal on paper and differ in the last bit by the
/// order of summation.
Rows permutations(const Shape& shape, Generator& generator) {
  std::vector<double> values = some(shape.cols, [&] { return 255.0 * uniform_unit(generator); });
  Rows rows(shape.rows, shape.cols);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    std::ranges::copy(values, rows.row(i).begin());
    shuffle(std::span<double>(values), generator);
  }
  return rows;
}

/// Everything in the last components: lost where a tail is.
Rows last_components(const Shape& shape, Generator& generator) {
  const std::size_t first = shape.cols - std::min<std::size_t>(shape.cols, 3);
  return filled(
      shape, [&](std::size_t, std::size_t k) { return k < first ? 0.0 : 255.0 * uniform_unit(generator); });
}

/// One row in twenty varies where no other does: directions learnt from the others do not see it.
Rows rare_directions(const Shape& shape, Generator& generator) {
  return filled(shape, [&](std::size_t i, std::size_t k) {
    const bool own_half = (i % 20 == 0) == (k < shape.cols / 2);
    return own_half ? 255.0 * uniform_unit(generator) : 0.0;
  });
}

/// Equal steps along a line: before and behind every row stand two neighbours at the same distance.
Rows line(const Shape& shape, Generator& generator) {
  std::vector<double> place(shape.rows);
  std::iota(place.begin(), place.end(), 0.0);
  if (uniform_below(generator, 2) == 0) shuffle(std::span<double>(place), generator);
  return filled(shape, [&](std::size_t i, auto) { return std::fmod(place[i], 256.0); });
}

/// Rows along a ray, each farther by a constant factor: the nearest neighbour of a row has a norm many orders
/// above its own.
Rows ray(const Shape& shape, Generator& generator) {
  const std::vector<double> direction = some(shape.cols, [&] { return standard_normal(generator); });
  return filled(shape, [&](std::size_t i, std::size_t k) {
    const double exponent = 45.0 * static_cast<double>(i) / static_cast<double>(shape.rows) - 20.0;
    return std::pow(10.0, exponent) * direction[k];
  });
}

/// Every row with its mirror image: equal norms, opposite projections.
Rows mirrored(const Shape& shape, Generator& generator) {
  Rows rows = noise(shape, generator);
  const bool bytes = shape.element == Element::byte;
  for (std::size_t i = 1; i < shape.rows; i += 2) {
    for (std::size_t k = 0; k < shape.cols; ++k) {
      rows.row(i)[k] = bytes ? 255.0 - std::round(rows.row(i - 1)[k]) : -rows.row(i - 1)[k];
    }
  }
  return rows;
}

constexpr std::array kKinds{
    KindOfRows{"noise", noise, Element::byte},
    KindOfRows{"lattice", lattice, Element::byte},
    KindOfRows{"one step apart", one_step_apart, Element::byte},
    KindOfRows{"constant rows", constant_rows, Element::byte},
    KindOfRows{"one-hot", one_hot, Element::byte},
    KindOfRows{"nearly one-hot", nearly_one_hot, Element::float32},
    KindOfRows{"huge outlier", huge_outlier, Element::byte},
    KindOfRows{"huge offset", huge_offset, Element::byte},
    KindOfRows{"far clusters", far_clusters, Element::float32},
    KindOfRows{"below float32", below_float32, Element::float64},
    KindOfRows{"denormals", denormals, Element::float32},
    KindOfRows{"tiny values", tiny_values, Element::float32},
    KindOfRows{"largest values", largest_values, Element::byte},
    KindOfRows{"low rank", low_rank, Element::byte},
    KindOfRows{"clusters of all scales", clusters_of_all_scales, Element::byte},
    KindOfRows{"cauchy", cauchy, Element::byte},
    KindOfRows{"all zero but one", all_zero_but_one, Element::byte},
    KindOfRows{"alternating", alternating, Element::byte},
    KindOfRows{"columns of all scales", columns_of_all_scales, Element::byte},
    KindOfRows{"sphere", sphere, Element::byte},
    KindOfRows{"permutations", permutations, Element::byte},
    KindOfRows{"last components", last_components, Element::byte},
    KindOfRows{"rare directions", rare_directions, Element::byte},
    KindOfRows{"line", line, Element::byte},
    KindOfRows{"ray", ray, Element::float32},
    KindOfRows{"mirrored", mirrored, Element::byte},
};

template <class T, class Convert>
RowMatrix converted(const Rows& rows, Convert convert) {
  Matrix<T> stored(rows.rows(), rows.cols());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::ranges::transform(rows.row(i), stored.row(i).begin(), convert);
  }
  RowMatrix matrix;
  matrix.stored = std::move(stored);
  return matrix;
}

}  // namespace

const char* element_name(Element element) {
  switch (element) {
    case Element::byte:
      return "8-bit";
    case Element::float32:
      return "float32";
    case Element::float64:
      break;
  }
  return "float64";
}

std::span<const KindOfRows> kinds_of_rows() {
  return kKinds;
}

RowMatrix stored_as(Element element, const Matrix<double>& rows) {
  switch (element) {
    case Element::byte:
      return converted<std::uint8_t>(rows, [](double value) {
        return static_cast<std::uint8_t>(std::clamp(std::round(value), 0.0, 255.0));
      });
    case Element::float32:
      return converted<float>(rows, [](double value) { return static_cast<float>(value); });
    case Element::float64:
      break;
  }
  return converted<double>(rows, [](double value) { return value; });
}

void copy_some_rows(Matrix<double>& rows, Generator& generator) {
  const std::size_t copies = 1 + uniform_below(generator, rows.rows());
  for (std::size_t c = 0; c < copies; ++c) {
    const std::size_t from = uniform_below(generator, rows.rows()),
                      to = uniform_below(generator, rows.rows());
    if (from != to) std::ranges::copy(rows.row(from), rows.row(to).begin());
  }
}

void sort_by_norm(Matrix<double>& rows) {
  std::vector<double> norm(rows.rows(), 0.0);
  std::vector<std::size_t> order(rows.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (const double value : rows.row(i)) norm[i] += value * value;
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return norm[i]; });
  Rows sorted(rows.rows(), rows.cols());
  for (std::size_t i = 0; i < rows.rows(); ++i) std::ranges::copy(rows.row(order[i]), sorted.row(i).begin());
  rows = std::move(sorted);
}

}  // namespace fathom::adversary
