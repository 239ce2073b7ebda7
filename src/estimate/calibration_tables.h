// The simulated tables: made by tools/make_calibration, built in.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "estimate/monotone_curve.h"
#include "estimate/neighborhood_profile.h"

namespace fathom {

inline constexpr std::array kFamilies{"ball", "sphere", "torus"};

/// Logarithms of what one estimator says at some number of points and neighbours, against log d, in a family.
struct FamilyCurve {
  MonotoneCurve value;
  MonotoneCurve error;          ///< standard error of the table
  MonotoneCurve interpolation;  ///< what interpolation in points and neighbours may be off by
};

class FamilyTable {
 public:
  /// Throws InternalError naming the line: a column or a number that is missing, a node that is missing.
  explicit FamilyTable(std::string_view csv);

  /// k: see CalibratedStatistic. Points and k within the nodes'.
  FamilyCurve curve(const std::string& estimator, std::size_t k, std::size_t family, double points) const;
  /// Numbers of neighbours that the table has of an estimator.
  const std::vector<double>& neighbors(const std::string& estimator) const;
  const std::vector<double>& points() const { return points_; }
  const std::vector<double>& dimensions() const { return dimensions_; }

 private:
  struct Columns {
    std::vector<double> neighbors;
    std::vector<std::size_t> place;
  };
  std::vector<double> points_, dimensions_;
  std::map<std::string, Columns> columns_;
  /// By place of points, then of dimension, then family; a row of logarithms.
  std::vector<std::vector<double>> rows_;
  std::vector<std::vector<double>> errors_;  ///< by place of points
};

/// Profiles of spaces of one dimension at one number of points.
struct ProfileLaw {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};

class SpaceTable {
 public:
  /// Throws InternalError as above.
  explicit SpaceTable(std::string_view csv);

  /// At every node of dimension. Points within the nodes'.
  std::vector<ProfileLaw> laws(double points) const;
  /// Covariance of profiles of one space, over samples of simulated_rows() measured points.
  Eigen::MatrixXd noise(double points) const;
  const std::vector<double>& dimensions() const { return dimensions_; }

 private:
  std::vector<double> points_, dimensions_;
  std::vector<Eigen::MatrixXd> noise_;  ///< by place of points
  std::vector<ProfileLaw> laws_;        ///< by place of points, then of dimension
};

/// How many of so many points were measured in the simulation, each among all.
inline std::size_t simulated_rows(double points) {
  if (points <= 3000.0) return static_cast<std::size_t>(points);
  return points <= 10000.0 ? 1000 : 500;
}

const FamilyTable& family_table();
const SpaceTable& space_table();

}  // namespace fathom
