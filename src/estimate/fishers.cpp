#include "fathom/estimate/fishers.h"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>
#include <limits>

#include "estimate/centered_rows.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr double kCondition = 10.0;
constexpr std::size_t kLevels = 20;  // a = 0.6, 0.62, ..., 0.98
constexpr std::size_t kBlock = 256;  // points

using Counts = std::array<std::uint32_t, kLevels>;

double level(std::size_t index) {
  return static_cast<double>(60 + 2 * index) / 100.0;
}

/// Components x points, each of length 1.
Eigen::MatrixXd directions(const CenteredRows& rows, Progress& progress) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(rows.products(progress));
  FATHOM_CHECK(solver.info() == Eigen::Success);
  const Eigen::VectorXd& values = solver.eigenvalues();
  const double largest = values(values.size() - 1);
  if (!(largest > 0.0)) return {};
  Eigen::Index kept = 0;
  while (kept < values.size() && values(values.size() - 1 - kept) > largest / kCondition) ++kept;
  const Eigen::MatrixXd vectors = solver.eigenvectors().rightCols(kept);
  if (!rows.products_of_components()) return vectors.transpose();
  const Eigen::MatrixXd map = values.tail(kept).cwiseSqrt().cwiseInverse().asDiagonal() * vectors.transpose();
  Eigen::MatrixXd scores(kept, static_cast<Eigen::Index>(rows.points()));
  for (std::size_t first = 0; first < rows.points(); first += kBlock) {
    const std::size_t count = std::min(kBlock, rows.points() - first);
    scores.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(count)).noalias() =
        map * rows.block(first, count, 0, rows.components()).transpose();
  }
  return scores;
}

/// Of each point, for each level: the points that are not separable from it.
std::vector<Counts> inseparable(Eigen::MatrixXd scores, unsigned threads, Progress& progress) {
  for (Eigen::Index i = 0; i < scores.cols(); ++i) {
    const double length = scores.col(i).norm();
    if (length > 0.0) scores.col(i) /= length;
  }
  const auto points = static_cast<std::size_t>(scores.cols());
  std::vector<Counts> counts(points, Counts{});
  parallel_for((points + kBlock - 1) / kBlock, threads, [&](std::size_t b, unsigned) {
    progress.check();
    const std::size_t first = b * kBlock, count = std::min(kBlock, points - first);
    const auto own = scores.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(count));
    for (std::size_t other = 0; other < points; other += kBlock) {
      const std::size_t others = std::min(kBlock, points - other);
      const Eigen::MatrixXd products =
          scores.middleCols(static_cast<Eigen::Index>(other), static_cast<Eigen::Index>(others)).transpose() *
          own;
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < others; ++j) {
          const double product = products(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i));
          if (product <= level(0) || first + i == other + j) continue;
          for (std::size_t l = 0; l < kLevels && product > level(l); ++l) ++counts[first + i][l];
        }
      }
    }
  });
  return counts;
}

double share(const std::vector<Counts>& counts, std::size_t l) {
  double sum = 0.0;
  for (const Counts& count : counts) sum += count[l];
  const auto n = static_cast<double>(counts.size());
  return sum / (n * (n - 1.0));
}

/// The level whose value is taken; nothing where no pair is inseparable at any.
std::optional<std::size_t> chosen_level(const std::vector<Counts>& counts) {
  std::size_t levels = 0;
  while (levels < kLevels && share(counts, levels) > 0.0) ++levels;
  if (levels == 0) return std::nullopt;
  const double wanted = 0.9 * level(levels - 1);
  std::size_t best = 0;
  for (std::size_t l = 1; l < levels; ++l) {
    if (std::abs(level(l) - wanted) < std::abs(level(best) - wanted)) best = l;
  }
  return best;
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const CenteredRows rows(sample, settings);
  const std::vector<Counts> counts = inseparable(directions(rows, progress), settings.threads, progress);
  const auto n = static_cast<double>(rows.points());
  const double largest = fishers_dimension(2.0 / (n * (n - 1.0)), level(0));
  const std::optional<std::size_t> chosen = chosen_level(counts);
  if (!chosen) {
    return Refusal{"finds all pairs of " + std::to_string(rows.points()) +
                   " points separable, so the dimension is beyond about " +
                   std::to_string(static_cast<int>(largest)) + ", all that they can tell"};
  }
  const double a = level(*chosen), p = share(counts, *chosen);
  DimensionEstimate made = plain_estimate("fishers", "condition_10", fishers_dimension(p, a), rows.points());
  double squares = 0.0;
  for (const Counts& count : counts) {
    const double own = static_cast<double>(count[*chosen]) / (n - 1.0);
    squares += (own - p) * (own - p);
    if (!settings.local) continue;
    made.local.push_back(own > 0.0 ? fishers_dimension(own, a) : std::numeric_limits<double>::quiet_NaN());
  }
  if (made.local.size() != sample.neighbors.rows()) made.local.clear();  // those of some random points
  const double pair_noise = 2.0 * p * (1.0 - p) / (n * n);
  const double error_of_p = std::sqrt(std::max(0.0, 4.0 * squares / (n - 1.0) / n - pair_noise));
  const double slope =
      (fishers_dimension(p * 1.001, a) - fishers_dimension(p / 1.001, a)) / (2.0 * std::log(1.001));
  made.analytic = normal_uncertainty(made.value, std::abs(slope) * error_of_p / p);
  made.largest = largest;
  set_uncertainty(made, {}, 0);
  return std::vector{made};
}

}  // namespace

double fishers_dimension(double p, double a) {
  const double rest = 1.0 - a * a, w = -std::log(rest);
  const double argument = w / (boost::math::constants::two_pi<double>() * p * p * a * a * rest);
  return boost::math::lambert_w0(argument) / w;
}

Estimator fishers_estimator() {
  return {.name = "fishers",
          .neighbors = [](const EstimatorSettings&) { return std::size_t{3}; },
          .from_sample = estimate};
}

}  // namespace fathom
