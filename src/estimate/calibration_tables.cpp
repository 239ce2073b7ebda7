#include "estimate/calibration_tables.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "estimate/calibrated_statistics.h"
#include "estimate/calibration_text.h"
#include "fathom/core/error.h"
#include "fathom/read/table.h"

namespace fathom {

namespace {

/// A table of numbers, but for its column `family`.
class Numbers {
 public:
  Numbers(std::string_view csv, const char* name) : table_(parsed(csv, name)) {}

  std::size_t rows() const { return table_.rows.size(); }
  const std::string& text(std::size_t row, const std::string& column) const {
    return table_.rows[row][place(column)];
  }
  double number(std::size_t row, const std::string& column) const {
    const std::string& text = table_.rows[row][place(column)];
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
      throw InternalError(table_.name + ", line " + std::to_string(table_.lines[row]) + ": \"" + text +
                          "\" in column " + column + " is no number");
    }
    return value;
  }
  std::vector<double> nodes(const std::string& column) const {
    std::set<double> values;
    for (std::size_t row = 0; row < rows(); ++row) values.insert(number(row, column));
    values.erase(0.0);
    return {values.begin(), values.end()};
  }
  [[noreturn]] void misses(const std::string& what) const {
    throw InternalError(table_.name + " has no row of " + what);
  }

 private:
  static Table parsed(std::string_view csv, const char* name) {
    try {
      return parse_table(csv, name);
    } catch (const InputError& error) {
      throw InternalError(error.what());
    }
  }
  std::size_t place(const std::string& column) const {
    const auto found = std::ranges::find(table_.header, column);
    if (found == table_.header.end()) throw InternalError(table_.name + " has no column " + column);
    return static_cast<std::size_t>(found - table_.header.begin());
  }

  Table table_;
};

std::size_t place_of(const std::vector<double>& nodes, double value) {
  return static_cast<std::size_t>(std::ranges::lower_bound(nodes, value) - nodes.begin());
}

std::vector<double> logs(const std::vector<double>& values) {
  std::vector<double> out;
  for (const double value : values) out.push_back(std::log(value));
  return out;
}

struct Interpolated {
  double value, bend;
};

/// A single node stands for all places.
Interpolated at(const std::vector<double>& nodes, std::vector<double> values, double place) {
  if (nodes.size() == 1) return {values.front(), 0.0};
  const MonotoneCurve curve(nodes, std::move(values));
  return {curve(place), curve.bend(place)};
}

}  // namespace

FamilyTable::FamilyTable(std::string_view csv) {
  const Numbers numbers(csv, "calibration_families.csv");
  points_ = numbers.nodes("points");
  dimensions_ = numbers.nodes("dimension");
  const std::span<const CalibratedStatistic> statistics = calibrated_statistics();
  for (std::size_t place = 0; place < statistics.size(); ++place) {
    Columns& columns = columns_[statistics[place].estimator];
    columns.neighbors.push_back(static_cast<double>(statistics[place].k));
    columns.place.push_back(place);
  }
  rows_.resize(points_.size() * dimensions_.size() * kFamilies.size());
  errors_.resize(points_.size());
  for (std::size_t row = 0; row < numbers.rows(); ++row) {
    const std::size_t p = place_of(points_, numbers.number(row, "points"));
    const std::string& family = numbers.text(row, "family");
    std::vector<double> values;
    for (const CalibratedStatistic& statistic : statistics) {
      const double value = numbers.number(row, statistic.column());
      values.push_back(family == "error" ? value : std::log(value));
    }
    if (family == "error") {
      errors_[p] = std::move(values);
      continue;
    }
    const auto f = static_cast<std::size_t>(std::ranges::find(kFamilies, family) - kFamilies.begin());
    if (f == kFamilies.size()) throw InternalError("calibration_families.csv: no family is " + family);
    const std::size_t d = place_of(dimensions_, numbers.number(row, "dimension"));
    rows_[(p * dimensions_.size() + d) * kFamilies.size() + f] = std::move(values);
  }
  for (std::size_t p = 0; p < points_.size(); ++p) {
    if (errors_[p].empty()) numbers.misses("errors at " + std::to_string(points_[p]) + " points");
  }
  if (std::ranges::any_of(rows_, [](const auto& row) { return row.empty(); })) numbers.misses("some node");
}

const std::vector<double>& FamilyTable::neighbors(const std::string& estimator) const {
  return columns_.at(estimator).neighbors;
}

FamilyCurve FamilyTable::curve(const std::string& estimator, std::size_t k, std::size_t family,
                               double points) const {
  const Columns& columns = columns_.at(estimator);
  const std::vector<double> log_neighbors = logs(columns.neighbors), log_points = logs(points_);
  const auto in_neighbors = [&](const std::vector<double>& row) {
    std::vector<double> values;
    for (const std::size_t place : columns.place) values.push_back(row[place]);
    return at(log_neighbors, std::move(values), std::log(static_cast<double>(k)));
  };
  std::vector<double> errors;
  for (const auto& row : errors_) errors.push_back(in_neighbors(row).value);
  const double error = at(log_points, errors, std::log(points)).value;
  std::vector<double> values, bends;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    std::vector<double> along;
    double bend = 0.0;
    for (std::size_t p = 0; p < points_.size(); ++p) {
      const Interpolated one = in_neighbors(rows_[(p * dimensions_.size() + d) * kFamilies.size() + family]);
      along.push_back(one.value);
      bend = std::max(bend, one.bend);
    }
    const Interpolated whole = at(log_points, along, std::log(points));
    values.push_back(whole.value);
    bends.push_back(std::hypot(bend, whole.bend));
  }
  // The errors of simulation may leave a step back where a curve is nearly flat.
  for (std::size_t d = 1; d < values.size(); ++d) values[d] = std::max(values[d], values[d - 1] + 1e-6);
  const std::vector<double> log_dimensions = logs(dimensions_);
  return {MonotoneCurve(log_dimensions, values),
          MonotoneCurve(log_dimensions, std::vector<double>(values.size(), error)),
          MonotoneCurve(log_dimensions, bends)};
}

SpaceTable::SpaceTable(std::string_view csv) {
  const Numbers numbers(csv, "calibration_spaces.csv");
  points_ = numbers.nodes("points");
  dimensions_ = numbers.nodes("dimension");
  laws_.resize(points_.size() * dimensions_.size());
  noise_.resize(points_.size());
  constexpr auto size = static_cast<Eigen::Index>(kProfileSize);
  for (std::size_t row = 0; row < numbers.rows(); ++row) {
    ProfileLaw law{Eigen::VectorXd(size), Eigen::MatrixXd(size, size)};
    for (Eigen::Index i = 0; i < size; ++i) {
      law.mean(i) = numbers.number(row, "mean_" + std::to_string(i));
      for (Eigen::Index j = 0; j <= i; ++j) {
        law.covariance(i, j) = law.covariance(j, i) =
            numbers.number(row, "covariance_" + std::to_string(i) + "_" + std::to_string(j));
      }
    }
    const std::size_t p = place_of(points_, numbers.number(row, "points"));
    if (numbers.number(row, "dimension") == 0.0) {
      noise_[p] = std::move(law.covariance);
      continue;
    }
    laws_[p * dimensions_.size() + place_of(dimensions_, numbers.number(row, "dimension"))] = std::move(law);
  }
  if (std::ranges::any_of(laws_, [](const ProfileLaw& law) { return law.mean.size() == 0; }) ||
      std::ranges::any_of(noise_, [](const Eigen::MatrixXd& one) { return one.size() == 0; })) {
    numbers.misses("some node");
  }
}

Eigen::MatrixXd SpaceTable::noise(double points) const {
  const std::vector<double> log_points = logs(points_);
  const Between place = between(log_points, std::log(points));
  return (1.0 - place.share) * noise_[place.after - 1] + place.share * noise_[place.after];
}

std::vector<ProfileLaw> SpaceTable::laws(double points) const {
  const std::vector<double> log_points = logs(points_);
  const double place = std::log(points);
  const Between nodes = between(log_points, place);
  std::vector<ProfileLaw> laws;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    ProfileLaw law = laws_[d];
    const auto node = [&](std::size_t p) -> const ProfileLaw& { return laws_[p * dimensions_.size() + d]; };
    for (Eigen::Index i = 0; i < law.mean.size(); ++i) {
      std::vector<double> along;
      for (std::size_t p = 0; p < points_.size(); ++p) along.push_back(node(p).mean(i));
      law.mean(i) = at(log_points, std::move(along), place).value;
    }
    law.covariance =
        (1.0 - nodes.share) * node(nodes.after - 1).covariance + nodes.share * node(nodes.after).covariance;
    laws.push_back(std::move(law));
  }
  return laws;
}

const FamilyTable& family_table() {
  static const FamilyTable table(calibration_families_text());
  return table;
}

const SpaceTable& space_table() {
  static const SpaceTable table(calibration_spaces_text());
  return table;
}

}  // namespace fathom
