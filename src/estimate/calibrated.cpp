#include "fathom/estimate/calibrated.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "estimate/calibration_tables.h"
#include "estimate/halved_estimates.h"
#include "estimate/neighborhood_profile.h"
#include "fathom/estimate/calibration.h"

namespace fathom {

namespace {

constexpr auto kSize = static_cast<Eigen::Index>(kProfileSize);
constexpr Eigen::Index kSpread = kSize - 1;  // the others are logarithms of dimensions
constexpr Eigen::Index kDirections = 6;      // from here on
/// Of each number, the rank of the neighbours that it looks at.
constexpr std::array<double, kProfileSize> kRank{2, 4, 8, 16, 32, 64, 10, 20, 40, 20};
constexpr double kDensityError = 0.3, kScaleError = 0.2, kScaleLength = 0.5, kOwnError = 0.02;
constexpr double kSmallest = 0.5;
constexpr std::size_t kSteps = 400;
/// A least quadratic form per number above which the data are unlike all that was simulated: a chi-squared
/// law of ten degrees of freedom is below it 99.99 % of the time.
constexpr double kUnlike = 3.6;

/// E of the card.
Eigen::MatrixXd error_covariance(double dimension) {
  Eigen::MatrixXd errors = kOwnError * kOwnError * Eigen::MatrixXd::Identity(kSize, kSize);
  errors(kSpread, kSpread) += kDensityError * kDensityError;
  for (Eigen::Index i = 0; i < kSpread; ++i) {
    for (Eigen::Index j = 0; j < kSpread; ++j) {
      if ((i < kDirections) != (j < kDirections)) continue;
      const double a = std::log(kRank[static_cast<std::size_t>(i)] / 2.0) / dimension;
      const double b = std::log(kRank[static_cast<std::size_t>(j)] / 2.0) / dimension;
      errors(i, j) += kScaleError * a * a * kScaleError * b * b * std::exp(-std::abs(a - b) / kScaleLength);
    }
  }
  return errors;
}

/// Mean and covariance at any dimension, from those at nodes.
class Law {
 public:
  Law(const SpaceTable& table, double points, double measured) : laws_(table.laws(points)) {
    for (const double dimension : table.dimensions()) nodes_.push_back(std::log(dimension));
    const double fewer = std::max(0.0, static_cast<double>(simulated_rows(points)) / measured - 1.0);
    noise_ = fewer * table.noise(points);
    for (Eigen::Index i = 0; i < kSize; ++i) {
      std::vector<double> offsets;
      for (std::size_t d = 0; d < laws_.size(); ++d) {
        offsets.push_back(laws_[d].mean(i) - (i == kSpread ? 0.0 : nodes_[d]));
      }
      offsets_.emplace_back(nodes_, std::move(offsets));
    }
  }

  ProfileLaw at(double log_dimension) const {
    const double inside = std::clamp(log_dimension, nodes_.front(), nodes_.back());
    ProfileLaw law{Eigen::VectorXd(kSize), {}};
    for (Eigen::Index i = 0; i < kSize; ++i) {
      law.mean(i) = offsets_[static_cast<std::size_t>(i)](inside) + (i == kSpread ? 0.0 : log_dimension);
    }
    const Between place = between(nodes_, inside);
    law.covariance = (1.0 - place.share) * laws_[place.after - 1].covariance +
                     place.share * laws_[place.after].covariance + noise_ +
                     error_covariance(std::exp(log_dimension));
    return law;
  }

 private:
  std::vector<ProfileLaw> laws_;
  std::vector<double> nodes_;
  std::vector<MonotoneCurve> offsets_;
  Eigen::MatrixXd noise_;
};

/// Over a grid of log d.
struct Posterior {
  std::vector<double> place, weight;
  double misfit = 0.0;  ///< least quadratic form per number
  bool at_end = false;  ///< the most likely dimension is the largest
};

Posterior posterior(const NeighborhoodProfile& profile, const Law& law, double largest) {
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(profile.data(), kSize);
  const double first = std::log(kSmallest), last = std::log(largest);
  std::vector<double> forms, determinants;
  Posterior found;
  for (std::size_t step = 0; step <= kSteps; ++step) {
    found.place.push_back(first + (last - first) * static_cast<double>(step) / kSteps);
    const ProfileLaw here = law.at(found.place.back());
    const Eigen::LLT<Eigen::MatrixXd> cholesky(here.covariance);
    const Eigen::VectorXd off = cholesky.matrixL().solve(y - here.mean);
    forms.push_back(off.squaredNorm());
    determinants.push_back(Eigen::MatrixXd(cholesky.matrixL()).diagonal().array().log().sum());
  }
  found.misfit = *std::ranges::min_element(forms) / static_cast<double>(kProfileSize);
  const double tempering = std::max(1.0, found.misfit);
  std::vector<double> logs;
  for (std::size_t i = 0; i < forms.size(); ++i)
    logs.push_back(-0.5 * forms[i] / tempering - determinants[i]);
  const auto best = std::ranges::max_element(logs);
  found.at_end = best + 1 == logs.end();
  double sum = 0.0;
  for (const double one : logs) sum += found.weight.emplace_back(std::exp(one - *best));
  for (double& one : found.weight) one /= sum;
  return found;
}

double quantile(const Posterior& posterior, double share) {
  double below = 0.0;
  for (std::size_t i = 0; i < posterior.weight.size(); ++i) {
    below += posterior.weight[i];
    if (below >= share) return posterior.place[i];
  }
  return posterior.place.back();
}

/// The nearest whole numbers, of the value and of the ends of its interval.
DimensionEstimate whole(const DimensionEstimate& estimate) {
  const auto nearest = [](double d) { return std::max(1.0, std::round(d)); };
  DimensionEstimate rounded = estimate;
  rounded.variant = "whole";
  rounded.value = nearest(estimate.value);
  rounded.uncertainty->interval = {nearest(estimate.uncertainty->interval.low),
                                   nearest(estimate.uncertainty->interval.high)};
  return rounded;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const auto profile = neighborhood_profile(sample, settings, progress);
  if (!profile) return std::vector<DimensionEstimate>{};
  const std::size_t points = sample.points();
  if (points < kFewestCalibrated) {
    return Refusal{"is simulated for " + std::to_string(kFewestCalibrated) +
                   " distinct points or more, and there are " + std::to_string(points)};
  }
  const std::size_t measured = sample.distances.points_with(kProfileNeighbors);
  const auto components = static_cast<double>(sample.matrix.stored_cols());
  const double largest = std::min(components, kLargestCalibrated);
  const Law law(space_table(), static_cast<double>(std::min(points, kMostCalibrated)),
                static_cast<double>(measured));
  const Posterior found = posterior(*profile, law, largest);
  if (found.at_end && components > kLargestCalibrated) {
    return Refusal{"is simulated to dimension " +
                   std::to_string(static_cast<std::size_t>(kLargestCalibrated)) +
                   ", and these data have about that or more"};
  }
  double mean = 0.0, variance = 0.0;
  for (std::size_t i = 0; i < found.place.size(); ++i) mean += found.weight[i] * found.place[i];
  for (std::size_t i = 0; i < found.place.size(); ++i) {
    variance += found.weight[i] * (found.place[i] - mean) * (found.place[i] - mean);
  }
  DimensionEstimate estimate = plain_estimate("calibrated", "posterior_mean", std::exp(mean), measured);
  estimate.uncertainty = Uncertainty{estimate.value * std::sqrt(variance),
                                     {std::exp(quantile(found, 0.025)), std::exp(quantile(found, 0.975))}};
  estimate.interval_method = "simulation";
  if (found.misfit > kUnlike) {
    estimate.calibration_note = "these data are unlike all uniform spaces that were simulated (chi-squared " +
                                std::to_string(std::lround(found.misfit * kProfileSize)) +
                                " of 10 numbers): copies, noise or pieces of several dimensions may be why";
  } else if (points > kMostCalibrated) {
    estimate.calibration_note = "calibrated as of " + std::to_string(kMostCalibrated) +
                                " points, the most that were simulated; there are " + std::to_string(points);
  }
  return std::vector{estimate, whole(estimate)};
}

}  // namespace

Estimator calibrated_estimator() {
  return {.name = "calibrated",
          .neighbors = [](const EstimatorSettings&) { return kProfileNeighbors; },
          .from_sample = estimate};
}

}  // namespace fathom
