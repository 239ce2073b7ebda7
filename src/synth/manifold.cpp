#include "fathom/synth/manifold.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "synth/manifold_family.h"
#include "synth/random_isometry.h"

namespace fathom {
namespace {

const std::vector<synth::ManifoldFamily>& families() {
  static const std::vector<synth::ManifoldFamily> all = [] {
    std::vector<synth::ManifoldFamily> list = synth::general_families();
    for (synth::ManifoldFamily& family : synth::benchmark_families()) list.push_back(std::move(family));
    return list;
  }();
  return all;
}

const synth::ManifoldFamily& find_family(std::string_view name) {
  for (const synth::ManifoldFamily& family : families())
    if (family.card.name == name) return family;
  throw UsageError("--manifold", fmt::format("'{}' is no manifold", name),
                   fmt::format("give one of {}", fmt::join(manifold_names(), ", ")));
}

std::size_t choose_dimension(const ManifoldCard& card, std::optional<std::size_t> wanted) {
  if (!wanted || *wanted == card.dimension) return card.dimension;
  if (card.dimension == 0)
    throw UsageError("--dimension", fmt::format("{} has pieces of several dimensions", card.name),
                     "leave the option out");
  if (card.smallest_dimension == card.largest_dimension)
    throw UsageError("--dimension",
                     fmt::format("{} has dimension {}, not {}", card.name, card.dimension, *wanted),
                     "leave the option out");
  if (*wanted < card.smallest_dimension || *wanted > card.largest_dimension)
    throw UsageError(
        "--dimension",
        fmt::format("{} is outside {}..{}", *wanted, card.smallest_dimension, card.largest_dimension),
        "give a dimension in that range");
  return *wanted;
}

std::size_t choose_ambient(const ManifoldCard& card, std::size_t dimension, std::size_t own,
                           std::optional<std::size_t> wanted) {
  constexpr std::size_t largest = 1'000'000;
  if (wanted && *wanted < own)
    throw UsageError("--ambient-dimension",
                     dimension == 0 ? fmt::format("{} needs {} coordinates, not {}", card.name, own, *wanted)
                                    : fmt::format("{} of dimension {} needs {} coordinates, not {}",
                                                  card.name, dimension, own, *wanted),
                     fmt::format("give {} or more", own));
  if (wanted && *wanted > largest)
    throw UsageError("--ambient-dimension", fmt::format("{} is more than {}", *wanted, largest), "give less");
  return wanted.value_or(own);
}

void check_samples(std::size_t samples, std::size_t coordinates) {
  // 32 GiB of coordinates.
  constexpr std::size_t most_values = std::size_t{1} << 32;
  if (samples == 0) throw UsageError("--samples", "0 points are no sample", "give 1 or more");
  if (samples > most_values / coordinates)
    throw UsageError("--samples",
                     fmt::format("{} points of {} coordinates fill more than 32 GiB", samples, coordinates),
                     "give fewer points or coordinates");
}

/// The points of `own`, carried into a space of more coordinates.
Matrix<double> embed(const Matrix<double>& own, std::size_t ambient, std::uint64_t seed) {
  // Stream 0 drew the points.
  Generator generator = make_generator(seed, 1);
  const Eigen::MatrixXd isometry = synth::random_isometry(ambient, own.cols(), generator);
  Matrix<double> points(own.rows(), ambient);
  for (std::size_t i = 0; i < own.rows(); ++i) {
    const Eigen::Map<const Eigen::VectorXd> from(own.row(i).data(), static_cast<Eigen::Index>(own.cols()));
    Eigen::Map<Eigen::VectorXd>(points.row(i).data(), static_cast<Eigen::Index>(ambient)) = isometry * from;
  }
  return points;
}

}  // namespace

std::vector<ManifoldCard> manifold_cards() {
  std::vector<ManifoldCard> cards;
  for (const synth::ManifoldFamily& family : families()) cards.push_back(family.card);
  return cards;
}

std::vector<std::string> manifold_names() {
  std::vector<std::string> names;
  for (const ManifoldCard& card : manifold_cards()) names.push_back(card.name);
  return names;
}

ManifoldCard manifold_card(std::string_view name) {
  return find_family(name).card;
}

Matrix<double> sample_manifold(const PointCloudOptions& options) {
  const synth::ManifoldFamily& family = find_family(options.manifold);
  const std::size_t dimension = choose_dimension(family.card, options.dimension);
  const std::size_t own = family.ambient(dimension);
  const std::size_t ambient = choose_ambient(family.card, dimension, own, options.ambient_dimension);
  check_samples(options.samples, ambient);
  Matrix<double> points(options.samples, own);
  Generator generator = make_generator(options.seed, 0);
  for (std::size_t i = 0; i < options.samples; ++i) family.draw(generator, dimension, points.row(i));
  return ambient == own ? points : embed(points, ambient, options.seed);
}

}  // namespace fathom
